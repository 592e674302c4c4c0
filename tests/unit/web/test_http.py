"""The query of a request."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.web.http import Request


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        (
            "x-oss-process=image/watermark,text_a+b",
            (("x-oss-process", "image/watermark,text_a+b"),),
        ),
        ("prefix=a+b%2Bc&acl", (("prefix", "a b+c"), ("acl", ""))),
        ("a+b=1&&=2", (("a b", "1"),)),
        ("x=1&x=2", (("x", "1"), ("x", "2"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_plus_is_a_blank_except_in_a_process(
    query: str, pairs: tuple[tuple[str, str], ...]
) -> None:
    """C-11: base64 in a process may contain a plus; form encoding writes blanks as plus."""
    assert Request(method="GET", raw_path="/", raw_query=query).query_pairs == pairs


def test_the_first_of_a_repeated_parameter_counts() -> None:
    """The first occurrence wins, in a process as in a signature (C-10)."""
    request = Request(method="GET", raw_path="/", raw_query="x=1&x=2")
    assert request.query == {"x": "1"}


def test_a_query_that_is_not_utf_8_is_refused() -> None:
    """Such a query raises InvalidArgument."""
    with pytest.raises(OssError) as refused:
        _ = Request(method="GET", raw_path="/", raw_query="prefix=%ff").query_pairs
    assert refused.value.code is Code.INVALID_ARGUMENT
