"""Dates of conditional requests (spec 01 §6.3): the parser accepts any text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.http_dates import parse_http_date
from darkroom.usecases.preconditions import Preconditions


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 99999999999999999999:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999",
        "Fri, 31 Dec 9999 23:59:59 -0100",
    ],
)
def test_an_invalid_date_is_ignored(text: str) -> None:
    """A condition with an invalid date counts as absent."""
    assert parse_http_date(text) is None
    assert Preconditions.from_headers({"if-modified-since": text}) == Preconditions()


def test_a_date_is_read_in_any_zone() -> None:
    """A date without a zone is GMT."""
    nine = datetime(2024, 1, 1, 9, tzinfo=UTC)
    assert parse_http_date("Mon, 01 Jan 2024 09:00:00 GMT") == nine
    assert parse_http_date("Mon, 01 Jan 2024 10:00:00 +0100") == nine
    assert parse_http_date("Mon, 01 Jan 2024 09:00:00") == nine


WORDS = st.sampled_from(
    ["Mon,", "01", "Jan", "2024", "9" * 20, "00:00:00", "24:61:99", "-9999", "+9", "GMT", "(", "."]
) | st.text(max_size=5)


@given(st.lists(WORDS, max_size=8).map(" ".join))
def test_any_text_is_parsed_without_an_exception(text: str) -> None:
    """`parse_http_date` catches every exception of the standard library's parser."""
    parse_http_date(text)
