"""What a response becomes on a front that carries a bounded body (decision 009)."""

from contextlib import closing
from dataclasses import replace

from darkroom.errors import Code, OssError
from darkroom.ports import KeptResult, LinkMaker, Replaced, ResultStore
from darkroom.web.attributes import STORED
from darkroom.web.messages import KeptAs, Response, Stored
from darkroom.web.replies import redirected

KEPT_HEADERS = ("content-type", *STORED)
"""Reply headers that a kept result is answered with by its store."""


def bounded(
    response: Response, limit: int, *, links: LinkMaker, results: ResultStore | None
) -> Response:
    """Read a stored body that fits the limit; send the caller elsewhere for a larger one."""
    body = response.body
    if isinstance(body, Stored):
        return _bounded_object(response, body, limit, links)
    size = body.size if isinstance(body, KeptResult) else len(body)
    if isinstance(body, bytes) and size <= limit:
        return response
    if results is None or response.kept_as is None:
        raise OssError(
            Code.IMAGE_TOO_LARGE, f"The result has {size} bytes: a reply can carry {limit}."
        )
    return _bounded_result(response, body, response.kept_as, results)


def _bounded_result(
    response: Response, body: bytes | KeptResult, kept_as: KeptAs, results: ResultStore
) -> Response:
    """Store a result unless it is stored already.

    The headers go into the address: another caller may want others for the same bytes.
    """
    if isinstance(body, bytes):
        results.keep(kept_as.name, body, kept_as.content_type)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return redirected(response, results.link(kept_as.name, headers=headers))


def _bounded_object(response: Response, stored: Stored, limit: int, links: LinkMaker) -> Response:
    with closing(stored.object):
        if stored.size <= limit:
            return replace(response, body=_read(stored))
    link = links.link(stored.object.info, overrides=stored.overrides)
    return redirected(response, link)


def _read(stored: Stored) -> bytes:
    try:
        return stored.object.read()
    except Replaced as error:
        # The headers of this answer are the older version's: only a new request will do.
        raise OssError(
            Code.SERVICE_UNAVAILABLE, "The object was replaced. Please try again."
        ) from error
