"""What a response becomes on a front that carries a bounded body (design D6)."""

from contextlib import closing
from dataclasses import replace

from darkroom.errors import Code, OssError
from darkroom.ports import LinkMaker, Replaced, ResultStore
from darkroom.web.messages import Response, Stored
from darkroom.web.replies import redirect

KEPT_HEADERS = (
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
)
"""Reply headers that a kept result is answered with by its store."""


def bounded(
    response: Response, limit: int, *, links: LinkMaker, results: ResultStore | None
) -> Response:
    """Read a stored body that fits the limit; send the caller elsewhere for a larger one."""
    if isinstance(response.body, Stored):
        return _bounded_object(response, response.body, limit, links)
    if len(response.body) <= limit:
        return response
    if results is None or response.result_name is None:
        raise OssError(
            Code.IMAGE_TOO_LARGE,
            f"The result has {len(response.body)} bytes: a reply can carry {limit}.",
        )
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    link = results.keep(response.result_name, response.body, headers=headers)
    return redirect(link, response.headers)


def _bounded_object(response: Response, stored: Stored, limit: int, links: LinkMaker) -> Response:
    with closing(stored.object):
        if stored.size <= limit:
            return replace(response, body=_read(stored))
    link = links.link(stored.object.info, overrides=stored.overrides)
    return redirect(link, response.headers)


def _read(stored: Stored) -> bytes:
    try:
        return stored.object.read()
    except Replaced as error:
        # The headers of this answer are the older version's: only a new request will do.
        raise OssError(
            Code.SERVICE_UNAVAILABLE, "The object was replaced. Please try again."
        ) from error
