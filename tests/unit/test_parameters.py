"""Binding of arguments to declared parameters (spec 01 §2.1, §2.3), with two test operations.

The bounds of every real operation are tested in `operations/test_declarations.py`.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import Code, OssError
from darkroom.imaging.operations.watermark import Watermark
from darkroom.process.parameters import (
    POSITIONAL,
    Base64Text,
    Choice,
    Colour,
    Flag,
    HexColour,
    Integer,
    InvalidValue,
    NotBase64,
    ParameterType,
    bind,
    canonical_text,
    decode_base64,
    encode_base64,
    parameter,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A keyed operation with one parameter of each kind."""

    name: ClassVar[str] = "frame"

    width: int = parameter("w", Integer(1, 50), "Width.", ec="1", missing_ec="2")
    turn: int = parameter("r", Integer(-90, 90), "Turn.", default=0)
    title: str | None = parameter("title", Base64Text(12), "Title.", default=None)
    wood: str = parameter("k", Choice(("oak", "ash"), {"quercus": "oak"}), "Wood.", default="oak")
    glass: bool = parameter("glass", Flag(), "Glass.", default=True)
    colour: Colour = parameter("c", HexColour(), "Colour.", default=(0, 0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dim:
    """An operation with one bare value."""

    name: ClassVar[str] = "dim"

    percent: int = parameter(POSITIONAL, Integer(0, 100), "Percent.", ec="3", missing_ec="4")


def bind_frame(text: str) -> Frame:
    """Bind comma-separated arguments of `Frame`."""
    return bind(Frame, text.split(","))


def refusal(text: str, operation: type[Frame | Dim] = Frame) -> OssError:
    """Return the error of binding."""
    with pytest.raises(OssError) as caught:
        bind(operation, text.split(","))
    return caught.value


def test_each_argument_is_bound_to_its_field() -> None:
    """Keys are those of the declaration, not the names of the fields."""
    written = "w_7,r_-3,title_SGkhIQ,k_ash,glass_0,c_ff6a00"
    wanted = Frame(width=7, turn=-3, title="Hi!!", wood="ash", glass=False, colour=(255, 106, 0))
    assert bind_frame(written) == wanted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("w_7,", "a trailing comma"),
        ("w_7,,r_0", "a doubled comma"),
        (",w_7", "a leading comma"),
        ("r_0,w_7", "another order"),
        ("w_9,w_7", "the last of a repeated key wins"),
        ("w_7,x_1", "an unknown key is ignored"),
        ("w_7,W_9", "keys are case-sensitive"),
        ("w_7,webp", "a token without a key is ignored"),
        ("w_7,_9", "an empty key is an unknown one"),
    ],
)
def test_equivalent_arguments_are_bound_alike(text: str, why: str) -> None:
    """Order is free, the last value of a key wins, unknown keys are ignored (spec 01 §2.1)."""
    assert bind_frame(text) == Frame(width=7), why


def test_only_the_first_underscore_separates() -> None:
    """A base64url value may contain underscores."""
    assert encode_base64("a?>a??") == "YT8-YT8_"
    assert bind_frame("w_7,title_YT8-YT8_") == Frame(width=7, title="a?>a??")


def test_only_the_last_value_of_a_repeated_key_is_checked() -> None:
    """An earlier value may be out of range."""
    assert bind_frame("w_99,w_7") == Frame(width=7)
    assert refusal("w_7,w_99").ec == "1"


@pytest.mark.parametrize("text", ["", "W_7", "7", "_7", "r_1"])
def test_a_required_value_that_is_absent_is_missing(text: str) -> None:
    """The error names the key and has the EC of a missing value."""
    error = refusal(text)
    assert (error.code, error.ec) == (Code.MISSING_ARGUMENT, "2")
    assert "parameter: w " in error.message


def test_the_first_wrong_parameter_in_declaration_order_is_named() -> None:
    """The order of the arguments does not change the error."""
    assert refusal("r_abc,w_99").ec == "1"
    assert refusal("w_99,r_abc").ec == "1"


@pytest.mark.parametrize("text", ["50", ",50", "50,", ",,50,,"])
def test_a_positional_value_is_bound(text: str) -> None:
    """Empty arguments are ignored."""
    assert bind(Dim, text.split(",")) == Dim(percent=50)


@pytest.mark.parametrize("text", ["p_50", "_50", "50_", "abc", "101", "-1"])
def test_the_keyed_form_of_a_positional_value_is_refused(text: str) -> None:
    """`rotate,a_90` is invalid (measured), and so is an empty key."""
    error = refusal(text, Dim)
    assert (error.code, error.ec) == (Code.INVALID_ARGUMENT, "3")
    assert f"The value: {text} of parameter: dim " in error.message


@pytest.mark.parametrize("text", ["50,60", "50,,60", "50,x_1", "90,200,300"])
def test_several_positional_values_are_refused(text: str) -> None:
    """Spec 01 §2.1: EC 0040-00000203 for any values."""
    error = refusal(text, Dim)
    assert (error.code, error.ec) == (Code.INVALID_ARGUMENT, "0040-00000203")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """An operation that ignores values after its first one."""

    name: ClassVar[str] = "kind"

    word: str = parameter(POSITIONAL, Choice(("a", "b")), "Word.", ignores_further=True)


@pytest.mark.parametrize("text", ["a,b", "a,x-oss-process=image", "a,,1an,b"])
def test_values_after_the_first_are_ignored_where_declared(text: str) -> None:
    """The first value counts (C-174)."""
    assert bind(Kind, text.split(",")) == Kind(word="a")


def test_the_first_value_is_still_checked() -> None:
    """A valid second value does not replace an invalid first one."""
    with pytest.raises(OssError):
        bind(Kind, ["c", "a"])


@pytest.mark.parametrize("text", ["", ",", ",,,"])
def test_an_absent_positional_value_is_missing(text: str) -> None:
    """The error names the action in place of a key."""
    error = refusal(text, Dim)
    assert (error.code, error.ec) == (Code.MISSING_ARGUMENT, "4")
    assert "parameter: dim " in error.message


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (Frame(width=7), "frame,w_7"),
        (Frame(width=7, turn=-3, glass=False), "frame,w_7,r_-3,glass_0"),
        (Frame(width=7, title="a?>a??"), "frame,w_7,title_YT8-YT8_"),
        (Frame(width=7, colour=(255, 106, 0)), "frame,w_7,c_FF6A00"),
        (Dim(percent=0), "dim,0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_canonical_text_omits_defaults(operation: Frame | Dim, text: str) -> None:
    """Required values are always written, others only if they differ from the default."""
    assert canonical_text(operation) == text


def test_the_text_for_a_log_omits_sensitive_values() -> None:
    """Other values are written unchanged."""
    action = Watermark(text="hello", t=50)
    assert canonical_text(action) == "watermark,text_aGVsbG8,t_50"
    assert canonical_text(action, sensitive=False) == "watermark,text_…,t_50"


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (Integer(-5, 50), ("7", "07", "0000000000000007")),
        (Integer(-5, 50), ("-5", "-05")),
        (Integer(-5, 50), ("0", "-0", "000")),
        (Choice(("oak", "ash"), {"quercus": "oak"}), ("oak", "quercus")),
        (HexColour(), ("ff6a00", "FF6A00", "Ff6a00")),
        (Base64Text(9), ("SGkhIQ", "SGkhIQ=", "SGkhIQ==")),
        (Base64Text(9), ("Pj4-", "Pj4+")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_spellings_of_one_value(kind: ParameterType[Any], spellings: tuple[str, ...]) -> None:
    """A type parses every spelling and prints one of them."""
    values = {kind.parse(text) for text in spellings}
    assert len(values) == 1
    assert kind.parse(kind.text(*values)) in values


@given(st.text(max_size=400))
def test_any_text_survives_base64(text: str) -> None:
    """Encoding is UTF-8 in URL-safe base64 without padding."""
    encoded = encode_base64(text)
    assert decode_base64(encoded) == text
    assert not set(encoded) & set("+/=, |")


@given(st.text(st.characters()) | st.text("ab_-+=/", max_size=12))
def test_decoding_refuses_with_its_own_error_only(text: str) -> None:
    """Text that is not base64 of UTF-8 raises NotBase64 and no other exception."""
    try:
        decoded = decode_base64(text)
    except NotBase64:
        return
    assert decode_base64(encode_base64(decoded)) == decoded


KINDS = {
    "integer": Integer(-5, 5),
    "flag": Flag(),
    "colour": HexColour(),
    "choice": Choice(("oak",)),
    "base64": Base64Text(9),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(text=st.text(st.characters(), max_size=8))
def test_a_type_refuses_with_its_own_error_only(kind: ParameterType[Any], text: str) -> None:
    """Any text is parsed or raises InvalidValue; a parsed value survives its text."""
    try:
        value = kind.parse(text)
    except InvalidValue:
        return
    assert kind.parse(kind.text(value)) == value
