"""Writes with a sub-resource of another operation: refused, nothing is written."""

import pytest

from darkroom.auth import v1
from darkroom.auth.signed_request import Pairs
from darkroom.ports.objects import ObjectAttributes
from darkroom.web.dispatch import SUBRESOURCES
from tests.fakes.api import MemoryApi

WITHOUT_EFFECT = {
    *("security-token", "x-oss-traffic-limit", "x-oss-request-payer"),
    *(name for name in v1.SUBRESOURCES if name.startswith(("response-", "x-oss-ac-"))),
}


def stored(api: MemoryApi) -> dict[tuple[str, str], bytes]:
    """Return every stored object."""
    return {name: entry.body for name, entry in api.objects.stored.items()}


@pytest.mark.parametrize("value", ["", "2"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_write_with_another_sub_resource_is_refused(method: str, value: str) -> None:
    """Every sub-resource that the route does not use is a 4xx or 501, and changes nothing."""
    for name in sorted(SUBRESOURCES - WITHOUT_EFFECT):
        if method == "DELETE" and name in ("versionId", "tagging"):
            continue
        api = MemoryApi()
        api.objects.put("closed", "k", b"before", ObjectAttributes())
        reply = api.ask(method, "closed", "k", query=((name, value),), body=b"after")
        assert 400 <= reply.status <= 501, name
        assert stored(api) == {("closed", "k"): b"before"}, name


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_parameters_without_effect_are_accepted(method: str) -> None:
    """Presigned URLs contain them."""
    for name in sorted(WITHOUT_EFFECT - {"security-token"}):
        reply = MemoryApi().ask(method, "closed", "k", query=((name, "1"),), body=b"x")
        assert reply.status in (200, 204), name


FOREIGN: dict[str, Pairs] = {
    "part of an unknown upload": (("partNumber", "2"), ("uploadId", "undefined")),
    "part of no upload": (("partNumber", "2"), ("uploadId", "")),
    "ACL of a version": (("acl", ""), ("versionId", "1")),
    "saveas of a version": (("x-oss-process", ""), ("versionId", "1")),
    "upload and version": (("uploadId", "1"), ("partNumber", "1"), ("versionId", "1")),
}


@pytest.mark.parametrize("query", FOREIGN.values(), ids=FOREIGN)
def test_a_combination_that_no_route_has_is_refused(query: Pairs) -> None:
    """A lost upload id and a version that the route ignores are errors."""
    api = MemoryApi()
    api.objects.put("closed", "k", b"before", ObjectAttributes())
    for method in ("PUT", "POST", "DELETE"):
        reply = api.ask(method, "closed", "k", query=query, body=b"x-oss-process=image/info")
        assert 400 <= reply.status < 500, method
        assert stored(api) == {("closed", "k"): b"before"}
