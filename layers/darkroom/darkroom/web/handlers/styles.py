"""The style API: `?style` on a bucket (spec 04 §1)."""

from email.utils import format_datetime

from darkroom.buckets import Bucket, Style
from darkroom.errors import Code, OssError
from darkroom.usecases import styles
from darkroom.usecases.authorization import administered
from darkroom.web.context import Call
from darkroom.web.http import Response
from darkroom.web.responses import xml
from darkroom.web.xml import element, elements, root_of

STYLE = "style"
NAME = "styleName"
CATEGORY = "category"

LONGEST_BODY = 65_536
"""Bytes of XML: the longest content in its longest spelling fits."""


def get_styles(call: Call) -> Response:
    """Answer one style, or all of them when none is named."""
    bucket = _bucket(call)
    if NAME in call.request.query:
        style = styles.get_style(bucket, call.request.query[NAME], call.world)
        return xml("Style", _members(style))
    listed = styles.list_styles(bucket, call.world)
    return xml("StyleList", "".join(element("Style", _members(style)) for style in listed))


def put_style(call: Call) -> Response:
    """Create or overwrite a style."""
    bucket = _bucket(call)
    draft = styles.Draft(
        name=call.request.query.get(NAME, ""),
        content=_content(call.request.body),
        category=call.request.query.get(CATEGORY) or styles.CATEGORIES[0],
    )
    styles.put_style(bucket, draft, call.world)
    return Response(status=200)


def delete_style(call: Call) -> Response:
    """Remove a style, there or not."""
    styles.delete_style(_bucket(call), call.request.query.get(NAME, ""), call.world)
    return Response(status=204)


def _bucket(call: Call) -> Bucket:
    return administered(call.world, call.address.bucket, call.caller)


def _content(body: bytes) -> str:
    """Read the one `Content` of a `Style`."""
    children = list(root_of(body, "Style", limit=LONGEST_BODY))
    if [child.tag for child in children] != ["Content"] or len(children[0]):
        raise OssError(Code.MALFORMED_XML)
    return children[0].text or ""


def _members(style: Style) -> str:
    return elements(
        {
            "Name": style.name,
            "Content": style.content,
            "Category": style.category,
            "CreateTime": format_datetime(style.created, usegmt=True),
            "LastModifyTime": format_datetime(style.modified, usegmt=True),
        }
    )
