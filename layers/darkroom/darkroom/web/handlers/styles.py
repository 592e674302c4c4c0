"""The style API: `?style` on a bucket (spec 04 §1)."""

from xml.etree.ElementTree import Element

from darkroom.buckets import Style
from darkroom.errors import Code, OssError
from darkroom.http_dates import http_date
from darkroom.usecases import styles
from darkroom.web.context import RequestContext
from darkroom.web.http import Response
from darkroom.web.responses import xml_response
from darkroom.web.wire import QueryParameter
from darkroom.web.xml import element, parse_document

MAX_STYLE_XML_BYTES = 65_536
"""Bytes of the document: content at its limit fits with every character escaped."""


def get_styles(context: RequestContext) -> Response:
    """Answer one style, or all where none is named."""
    name = context.query.get(QueryParameter.STYLE_NAME)
    if name is not None:
        return xml_response(_element(styles.get_style(context.bucket, name, context.services)))
    listed = styles.list_styles(context.bucket, context.services)
    return xml_response(element("StyleList", {}, *map(_element, listed)))


def put_style(context: RequestContext) -> Response:
    """Create or replace a style."""
    draft = styles.StyleDraft(
        name=context.query.get(QueryParameter.STYLE_NAME, ""),
        content=_content(context.request.body),
        category=context.query.get(QueryParameter.CATEGORY) or styles.CATEGORIES[0],
    )
    styles.put_style(context.bucket, draft, context.services)
    return Response(status=200)


def delete_style(context: RequestContext) -> Response:
    """Delete a style; a missing one is no error."""
    name = context.query.get(QueryParameter.STYLE_NAME, "")
    styles.delete_style(context.bucket, name, context.services)
    return Response(status=204)


def _content(body: bytes) -> str:
    """Return the text of the only child, `Content`, of a `Style`."""
    children = list(parse_document(body, "Style", max_bytes=MAX_STYLE_XML_BYTES))
    if [child.tag for child in children] != ["Content"] or len(children[0]):
        raise OssError(Code.MALFORMED_XML)
    return children[0].text or ""


def _element(style: Style) -> Element:
    fields = {
        "Name": style.name,
        "Content": style.content,
        "Category": style.category,
        "CreateTime": http_date(style.created),
        "LastModifyTime": http_date(style.modified),
    }
    return element("Style", fields)
