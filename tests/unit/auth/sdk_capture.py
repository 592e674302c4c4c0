"""Keys, a time, requests, and the parsing of URLs for the tests of this folder."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote, unquote_plus, urlsplit

import pytest
from msgspec.structs import replace

from darkroom.auth import (
    ANY_BUCKET,
    AccessKey,
    Permission,
    SecurityToken,
    SignedRequest,
    verify,
)
from darkroom.auth.signed_request import Pairs
from darkroom.errors import OssError
from tests.signed_forms import sign_in_every_form

NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)

KEY = AccessKey(
    id="ak", secret="sk", buckets=frozenset({ANY_BUCKET}), permissions=frozenset(Permission)
)
TEMPORARY = AccessKey(id="tmp", secret="sk", token=SecurityToken(value="token", expires=LATER))

AWKWARD_KEYS = (
    "example.jpg",
    "a b/图.jpg",
    "100%.jpg",
    "100%25.jpg",
    "a%2Fb",
    "a+b~c!'()*.jpg",
    "a//b",
    "a/",
    "a/../b.jpg",
    "a?b#c&d=e;f",
)
"""Object keys that are easily encoded wrongly in a URL."""


class Keyring:
    """Access keys held in memory."""

    def __init__(self, keys: Iterable[AccessKey] = (KEY, TEMPORARY)) -> None:
        """Index the keys by their ids."""
        self.keys = {key.id: key for key in keys}

    def find(self, key_id: str) -> AccessKey | None:
        """Return the key with this id, or None."""
        return self.keys.get(key_id)


def request(
    method: str = "GET",
    key: str = "example.jpg",
    query: Pairs = (("x-oss-process", "image/resize,w_100/rotate,90"),),
    *,
    bucket: str | None = "oss-example",
    headers: Mapping[str, str] | None = None,
) -> SignedRequest:
    """Return an unsigned request."""
    return SignedRequest(method=method, bucket=bucket, key=key, query=query, headers=headers or {})


def signed_in_every_form(sent: SignedRequest, key: AccessKey) -> dict[str, SignedRequest]:
    """Sign a request at `NOW` in each version and place; URLs expire after ten minutes."""
    return sign_in_every_form(sent, key, now=NOW, seconds=600, region="cn-hangzhou")


def received(method: str, url: str, headers: Mapping[str, str], *, bucket: str) -> SignedRequest:
    """Parse a virtual-host URL as the service does (spec 01 §1, C-11)."""
    parts = urlsplit(url)
    pairs = (part.partition("=") for part in parts.query.split("&") if part)
    return SignedRequest(
        method=method,
        bucket=bucket,
        key=unquote(parts.path.removeprefix("/")),
        query=tuple(_decoded(name, value) for name, _, value in pairs),
        headers={name.lower(): value for name, value in headers.items()},
    )


def _decoded(name: str, value: str) -> tuple[str, str]:
    name = unquote_plus(name)
    return name, unquote(value) if name == "x-oss-process" else unquote_plus(value)


def refusal(
    sent: SignedRequest, *, keyring: Keyring | None = None, now: datetime = NOW
) -> OssError:
    """Return the error that `verify` raises."""
    with pytest.raises(OssError) as caught:
        verify(sent, credentials=keyring or Keyring(), now=now)
    return caught.value


def without_parameter(sent: SignedRequest, name: str) -> SignedRequest:
    """Return the request without a query parameter."""
    return replace(sent, query=tuple(pair for pair in sent.query if pair[0] != name))


def with_parameter(sent: SignedRequest, name: str, value: str) -> SignedRequest:
    """Return the request with another value of a query parameter, in place."""
    pairs = tuple((known, value if known == name else old) for known, old in sent.query)
    return replace(sent, query=pairs)


def without_header(sent: SignedRequest, name: str) -> SignedRequest:
    """Return the request without a header."""
    kept = {known: value for known, value in sent.headers.items() if known != name}
    return replace(sent, headers=kept)
