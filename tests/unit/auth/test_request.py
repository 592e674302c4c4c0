"""`SignedRequest`: headers, parameters and target."""

import pytest

from darkroom.auth import SignedRequest
from tests.unit.auth.sdk_capture import request


def test_blanks_around_a_header_are_stripped() -> None:
    """Only blanks and tabs are stripped, as by HTTP."""
    sent = request(headers={"a": " \tv \t", "b": "\x1fv\u00a0"})
    assert (sent.header("a"), sent.header("b"), sent.header("c")) == ("v", "\x1fv\u00a0", "")


def test_the_first_of_a_repeated_parameter_counts() -> None:
    """An empty first value counts, too."""
    sent = request(query=(("a", ""), ("a", "1")))
    assert sent.parameter("a") == ""
    assert sent.parameter("b") is None


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        (request(query=()), "/oss-example/example.jpg"),
        (request(bucket=None, key="", query=()), "/"),
        (request(key="", query=(("style", ""),)), "/oss-example/?style"),
        (
            request(key="a b/图%+?.jpg", query=(("x-oss-process", "image/info"), ("a b", "~+"))),
            "/oss-example/a%20b/%E5%9B%BE%25%2B%3F.jpg?x-oss-process=image%2Finfo&a%20b=~%2B",
        ),
        (request(key="\udcff", query=()), "/oss-example/%ED%B3%BF"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_target_is_percent_encoded(sent: SignedRequest, target: str) -> None:
    """Every character that is not unreserved is encoded."""
    assert sent.target() == target


def test_copies_do_not_change_the_request() -> None:
    """`with_headers` replaces by name, `with_query` appends."""
    sent = request(headers={"a": "1"}, query=(("a", "1"),))
    copy = sent.with_headers({"a": "2"}).with_query((("a", "2"),))
    assert (copy.headers, copy.query) == ({"a": "2"}, (("a", "1"), ("a", "2")))
    assert (sent.headers, sent.query) == ({"a": "1"}, (("a", "1"),))
