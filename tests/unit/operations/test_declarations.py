"""Every operation × every parameter × every bound, derived from the declarations.

An operation that is added later is covered by being in the table.
"""

from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from darkroom.errors import MAX_SHOWN, Code, OssError
from darkroom.imaging.operations.watermark.image_mark import WatermarkObjectType
from darkroom.imaging.operations.watermark.text_mark import FontName
from darkroom.process.grammar import Action
from darkroom.process.parameters import (
    POSITIONAL,
    Base64Text,
    Declared,
    Parameter,
    bind,
    canonical_text,
    declared_parameters,
)
from tests.declarations import (
    DECLARED,
    NOT_BASE64,
    argument,
    companions,
    every_parameter,
    minimal_arguments,
    samples,
    written,
)

UNAVAILABLE = {
    *("crop,g_face", "crop,g_auto"),
    *("blur,g_face", "blur,g_faces", "blur,p_1", "blur,p_200"),
}
"""Documented values that need another product: understood, and answered 501 (C-97)."""

few = settings(max_examples=settings().max_examples // 3)
"""Many operations share the time of one test."""


def wire(operation: type[Declared], declared: Parameter, text: str) -> str:
    """Write an action with one argument, short enough for a message."""
    action = f"{operation.name},{argument(declared, text)}"
    return action if len(action) < 60 else f"{action[:50]}…{len(action)}"


EVERY_PARAMETER = pytest.mark.parametrize(
    ("operation", "field"),
    [pytest.param(o, field, id=f"{o.name},{d.key}") for o, field, d in every_parameter()],
)


def texts(operation: type[Declared], field: str, kind: str) -> Iterator[str]:
    """List the accepted or the rejected samples of a parameter."""
    declared = declared_parameters(operation)[field]
    for text in getattr(samples(declared), kind):
        if not _is_another_key(operation, declared, text):
            yield text


def _is_another_key(operation: type[Declared], declared: Parameter, text: str) -> bool:
    """Whether a bare text with `_` reads as an unknown key, beside keys that are known."""
    return declared.key == POSITIONAL and "_" in text and len(declared_parameters(operation)) > 1


def refusal(operation: type[Declared], field: str, text: str) -> OssError:
    """Bind an operation whose one argument has to be refused, among good ones."""
    declared = declared_parameters(operation)[field]
    arguments = [*companions(operation, field), argument(declared, text)]
    try:
        bound = bind(operation, arguments)
    except OssError as error:
        return error
    raise AssertionError(f"{wire(operation, declared, text)} is taken as {bound}")


@EVERY_PARAMETER
def test_a_bound_itself_is_accepted(operation: type[Declared], field: str) -> None:
    """The ends of a range and every word of a choice, are read by their kind (spec 02)."""
    declared = declared_parameters(operation)[field]
    for text in texts(operation, field, "accepted"):
        action = wire(operation, declared, text)
        arguments = [*companions(operation, field), argument(declared, text)]
        if action in UNAVAILABLE:
            assert refusal(operation, field, text).code is Code.NOT_IMPLEMENTED, action
        else:
            assert getattr(bind(operation, arguments), field) == declared.kind.parse(text), action


@EVERY_PARAMETER
def test_what_lies_outside_is_refused(operation: type[Declared], field: str) -> None:
    """Out of range, letters, fractions, other scripts' digits: none is clamped (spec 02, C-41)."""
    declared = declared_parameters(operation)[field]
    for text in texts(operation, field, "rejected"):
        error, action = refusal(operation, field, text), wire(operation, declared, text)
        assert (error.code, error.ec) == (Code.INVALID_ARGUMENT, declared.ec), action
        named = f"The value: {text[:MAX_SHOWN]}"
        assert error.message.startswith(named), action
        parameter = f"of parameter: {declared.key or operation.name} is invalid.reason:"
        assert parameter in error.message, action


@EVERY_PARAMETER
def test_a_refusal_names_the_range(operation: type[Declared], field: str) -> None:
    """The first sample is the nearest value outside: the message says what is inside (C-134)."""
    declared = samples(declared_parameters(operation)[field])
    assert declared.reason in refusal(operation, field, declared.rejected[0]).message


@EVERY_PARAMETER
def test_an_empty_value_is_refused(operation: type[Declared], field: str) -> None:
    """A key without a value is wrong; nothing at all, or no text, is missing or the default."""
    declared = declared_parameters(operation)[field]
    if declared.key == POSITIONAL and not declared.required and declared.default is not None:
        assert getattr(bind(operation, [""]), field) == declared.default
        return
    error = refusal(operation, field, "")
    if declared.key == POSITIONAL or isinstance(declared.kind, Base64Text):
        assert error.code is Code.MISSING_ARGUMENT
    else:
        assert (error.code, error.ec) == (Code.INVALID_ARGUMENT, declared.ec)


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        pytest.param(o, field, id=f"{o.name},{d.key}")
        for o, field, d in every_parameter()
        if isinstance(d.kind, (Base64Text, FontName, WatermarkObjectType))
    ],
)
def test_what_is_not_base64_is_a_bad_request(operation: type[Declared], field: str) -> None:
    """Alphabet, length, padding and UTF-8 are checked strictly (C-82, C-137)."""
    declared = declared_parameters(operation)[field]
    for text in NOT_BASE64:
        error, action = refusal(operation, field, text), wire(operation, declared, text)
        assert (error.code, error.ec) == (Code.BAD_REQUEST, declared.base64_ec), action
        assert error.message == "Input is not base64 decoding.", action


@pytest.mark.parametrize(
    ("operation", "field"),
    [pytest.param(o, f, id=f"{o.name},{d.key}") for o, f, d in every_parameter() if d.required],
)
def test_a_required_value_must_be_there(operation: type[Declared], field: str) -> None:
    """A type checker does not see that one is missing, so the binding has to."""
    declared = declared_parameters(operation)[field]
    with pytest.raises(OssError) as caught:
        bind(operation, companions(operation, field))
    assert (caught.value.code, caught.value.ec) == (Code.MISSING_ARGUMENT, declared.missing_ec)
    assert f"parameter: {declared.key or operation.name} is required" in caught.value.message


@pytest.mark.parametrize("operation", DECLARED.values(), ids=DECLARED)
def test_nothing_written_is_the_defaults_or_an_error(operation: type[Declared]) -> None:
    """An action without arguments has the declared meaning, or none (C-77, C-175)."""
    if not minimal_arguments(operation):
        bound = bind(operation, [])
        for field, declared in declared_parameters(operation).items():
            assert getattr(bound, field) == declared.default
        return
    with pytest.raises(OssError) as caught:
        bind(operation, [])
    assert caught.value.code is Code.MISSING_ARGUMENT


@pytest.mark.parametrize("operation", DECLARED.values(), ids=DECLARED)
def test_a_declaration_is_complete(operation: type[Declared]) -> None:
    """Each parameter has a key of its own, a sentence, and a default that can be written."""
    parameters = declared_parameters(operation).values()
    assert len({declared.key for declared in parameters}) == len(parameters)
    for declared in parameters:
        assert declared.doc.endswith(".")
        assert declared.kind.expected()
        if not declared.required and declared.default is not None:
            assert declared.kind.parse(declared.kind.text(declared.default)) == declared.default


@pytest.mark.parametrize("operation", DECLARED.values(), ids=DECLARED)
def test_what_is_in_the_callers_own_words_is_private(operation: type[Declared]) -> None:
    """Texts and names of objects, which no log may show; a font's name is one of a list."""
    for declared in declared_parameters(operation).values():
        assert declared.sensitive is isinstance(declared.kind, (Base64Text, WatermarkObjectType))


@pytest.mark.parametrize("operation", DECLARED.values(), ids=DECLARED)
@few
@given(drawn=st.data())
def test_the_canonical_text_binds_to_an_equal_operation(
    operation: type[Declared], drawn: st.DataObject
) -> None:
    """Result keys rely on it: one operation, one text, and back."""
    arguments = drawn.draw(written(operation))
    try:
        bound = bind(operation, arguments)
    except OssError:
        assume(False)
    text = canonical_text(bound)
    name, *canonical = text.split(",")
    assert name == operation.name
    assert bind(operation, canonical) == bound
    assert canonical_text(bind(operation, canonical)) == text


@pytest.mark.parametrize("operation", DECLARED.values(), ids=DECLARED)
@few
@given(drawn=st.data())
def test_the_order_of_keyed_arguments_is_free(
    operation: type[Declared], drawn: st.DataObject
) -> None:
    """Two spellings of an operation are equal, also with unknown keys between them."""
    arguments = drawn.draw(written(operation))
    shuffled = drawn.draw(st.permutations(arguments))
    if all(declared.key != POSITIONAL for declared in declared_parameters(operation).values()):
        shuffled = [*shuffled, "unknown_1", "webp", "_1"]
    try:
        bound = bind(operation, arguments)
    except OssError:
        assume(False)
    assert bind(operation, Action(operation.name, tuple(shuffled)).arguments) == bound
