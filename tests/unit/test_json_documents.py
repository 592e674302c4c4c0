"""Documents of declared types, and the format of their errors."""

import json
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from darkroom.json_documents import InvalidDocument, InvalidMember, decode


class Colour(StrEnum):
    """An enumeration."""

    RED = "red"
    BLUE = "blue"


class Inner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """An object in a list."""

    colour: Colour = Colour.RED
    two_words: Annotated[str, Meta(pattern="^[a-z]+$", description="lower-case letters")] | None = (
        None
    )
    when: Annotated[datetime, Meta(tz=True)] | None = None

    def __post_init__(self) -> None:
        """Refuse two values with messages of the type's own."""
        if self.two_words == "never":
            raise InvalidMember("twoWords", "must not be so")
        if self.two_words == "nowhere":
            raise InvalidMember("", "must be elsewhere")


class Outer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document."""

    number: Annotated[int, Meta(ge=1, le=9)]
    inner: Annotated[tuple[Inner, ...], Meta(max_length=2)] = ()
    by_name: dict[str, Inner] = {}
    flag: bool = False


class Lenient(Struct, frozen=True):
    """A document that allows unknown members."""

    number: int = 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the document must be JSON: Input data was truncated"),
        ("{]", "the document must be JSON: "),
        (b"\xff", "the document must be JSON: invalid character (byte 0)"),
        (b'{"inner": [{"twoWords": "\xff"}]}', "the document must be JSON: Invalid UTF-8"),
        ('{"number": "\ud800"}', "the document must be JSON: it is not UTF-8"),
        ("[]", "the document must be an object, not array"),
        ("{}", "number is required"),
        ('{"number": 1, "other": 1}', "other is not known"),
        ('{"number": 1, "a - at `$.b`": 1}', "a - at `$.b` is not known"),
        ('{"number": 0}', "number must be a whole number from 1 to 9"),
        ('{"number": 1e400}', "number must be a whole number from 1 to 9"),
        ('{"number": true}', "number must be a whole number from 1 to 9, not bool"),
        ('{"number": 1, "flag": 0}', "flag must be true or false, not int"),
        ('{"number": 1, "inner": [{}, {"x": 1}]}', "inner[1].x is not known"),
        ('{"number": 1, "inner": [{}, {}, {}]}', "inner must be a list of 0 to 2"),
        ('{"number": 1, "inner": [1]}', "inner[0] must be an object, not int"),
        ('{"number": 1, "inner": [{"colour": "x"}]}', "inner[0].colour must be one of red, blue"),
        ('{"number": 1, "inner": [{"twoWords": "A"}]}', "inner[0].twoWords must be lower-case let"),
        ('{"number": 1, "inner": [{"twoWords": "never"}]}', "inner[0].twoWords must not be so"),
        ('{"number": 1, "inner": [{"twoWords": "nowhere"}]}', "inner[0] must be elsewhere"),
        ('{"number": 1, "inner": [{"when": "x"}]}', "inner[0].when must be a date and time of RFC"),
        (
            '{"number": 1, "by_name": {"a": {"colour": 1}}}',
            "by_name[...].colour must be one of red",
        ),
    ],
)
def test_an_error_names_the_path_and_what_is_expected(text: bytes | str, complaint: str) -> None:
    """The format is the same for every document."""
    with pytest.raises(InvalidDocument) as refused:
        decode(text, Outer)
    assert str(refused.value).startswith(complaint)
    with pytest.raises(InvalidDocument) as refused:
        decode(text, Outer, path="name")
    assert str(refused.value).startswith(("name.", "name must"))


def test_deep_nesting_is_an_invalid_document() -> None:
    """Also in a document that skips unknown members."""
    with pytest.raises(InvalidDocument, match="must be JSON: it is nested too deeply"):
        decode('{"other":' + "[" * 100_000, Lenient)


def test_a_long_name_is_truncated() -> None:
    """A message contains at most 100 characters of a caller's text."""
    with pytest.raises(InvalidDocument) as refused:
        decode(f'{{"{"x" * 5000}": 1}}', Outer)
    assert str(refused.value) == f"{'x' * 100}… is not known"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["red", "never"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.text(max_size=3)
                | st.sampled_from(["number", "inner", "by_name", "colour", "twoWords", "when"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_decoded_or_an_invalid_document(value: Any) -> None:
    """No JSON value raises another exception."""
    with suppress(InvalidDocument):
        decode(json.dumps(value), Outer)


def test_no_value_is_in_the_chain_of_errors() -> None:
    """The error of msgspec, which quotes a wrong choice, is not chained."""
    with pytest.raises(InvalidDocument) as refused:
        decode('{"number": 1, "inner": [{"colour": "hunter2"}]}', Outer)
    assert refused.value.__context__ is None
    assert refused.value.__cause__ is None
