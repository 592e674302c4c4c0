"""Request bodies: length, digest and limit."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.web.http import Request
from darkroom.web.request_checks import check_body_intact, read_body

MD5_OF_X = "ndTkYSaMgDT1yFZOFVxnpg=="


def request(body: bytes, **headers: str) -> Request:
    """Return a request with this body and these headers."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method="PUT", raw_path="/b/k", body=body, headers=names)


def refusal(sent: Request) -> Code:
    """Return the code of the error that `check_body_intact` raises."""
    with pytest.raises(OssError) as error:
        check_body_intact(sent)
    return error.value.code


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {"content_length": "0"}),
        (b"", {"transfer_encoding": "chunked"}),
        (b"x", {}),
        (b"0123456789", {"content_length": "10"}),
        (b"x", {"content_md5": MD5_OF_X}),
    ],
    ids=["empty", "empty in chunks", "of a front that tells no length", "full", "with digest"],
)
def test_an_intact_body_is_accepted(body: bytes, headers: dict[str, str]) -> None:
    """With a length, or chunked without one (spec 05 §5)."""
    check_body_intact(request(body, **headers))
    assert read_body(request(body, **headers), limit=10) == body


def test_a_request_without_length_and_body_is_refused() -> None:
    """Without a length, a lost body cannot be detected (spec 05 §5)."""
    assert refusal(request(b"")) is Code.MISSING_CONTENT_LENGTH


@pytest.mark.parametrize("announced", ["2", "0", "01", "", "one"])
def test_a_body_of_another_length_is_refused(announced: str) -> None:
    """A proxy may decode a body as text and change its bytes."""
    assert refusal(request(b"x", content_length=announced)) is Code.INCOMPLETE_BODY


def test_a_body_over_the_limit_is_refused_with_a_hint() -> None:
    """The message contains the limit and names S3 for larger bodies (decision 009)."""
    with pytest.raises(OssError, match=r"11 bytes exceed the 10 .* S3 directly") as error:
        read_body(request(b"0123456789a"), limit=10)
    assert error.value.code is Code.ENTITY_TOO_LARGE


@pytest.mark.parametrize("digest", ["", "?", "AAAA", MD5_OF_X[:-1], MD5_OF_X.swapcase(), "ü"])
def test_a_body_of_another_digest_is_refused(digest: str) -> None:
    """A Content-MD5 that is malformed or of other bytes raises InvalidDigest."""
    assert refusal(request(b"x", content_md5=digest)) is Code.INVALID_DIGEST
