"""Samples of every parameter, derived from the declarations of operations.

A new operation needs nothing here. A new *kind* of parameter needs one entry in `SAMPLES` and one
in `STRATEGIES`: without them the tests of the operation that uses it fail.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from darkroom.errors import Code, OssError
from darkroom.imaging.fonts import FILES
from darkroom.imaging.operations import OPERATIONS
from darkroom.imaging.operations.watermark.image_mark import WatermarkObject, WatermarkObjectType
from darkroom.imaging.operations.watermark.text_mark import FontName, SingleLineText
from darkroom.process.grammar import Notify, SaveAs
from darkroom.process.parameters import (
    POSITIONAL,
    Base64Text,
    Choice,
    Declared,
    Flag,
    HexColour,
    Integer,
    Length,
    Parameter,
    PixelsOrPercent,
    bind,
    declared_parameters,
    encode_base64,
)

DECLARED: Mapping[str, type[Declared]] = {
    **OPERATIONS,
    SaveAs.name: SaveAs,
    Notify.name: Notify,
}
"""Every declaration by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Written values of a kind: the outermost valid ones, and the nearest invalid ones."""

    accepted: tuple[str, ...]
    rejected: tuple[str, ...]
    reason: str
    """What the error message must say of the range."""


ODD_NUMBERS = ("abc", "1.5", "1e1", "+1", " 1", "1 ", "1_0", "0x1", "١", "１", "²", "-", "--1")
"""Texts that are no decimal integers, though `int()` and others accept some of them."""


def _integer(kind: Integer) -> Samples:
    outside = (str(kind.low - 1), str(kind.high + 1), "9" * 18, "9" * 4000)
    return Samples(
        accepted=(str(kind.low), str(kind.high)),
        rejected=(*outside, *ODD_NUMBERS),
        reason=f"between {kind.low} and {kind.high}",
    )


def _length(kind: PixelsOrPercent) -> Samples:
    pixels, percent = kind.max_pixels, kind.max_percent
    outside = ("0", str(pixels + 1), "0p", f"{percent + 1}p", "9" * 4000 + "p")
    return Samples(
        accepted=("1", str(pixels), "1p", f"{percent}p"),
        rejected=(*outside, "p", "1pp", "-1p", "1P", "1 p", *ODD_NUMBERS),
        reason=f"between 1 and {pixels}, or between 1p and {percent}p",
    )


def _choice(kind: Choice) -> Samples:
    word = kind.words[0]
    return Samples(
        accepted=(*kind.words, *kind.aliases),
        rejected=("nonsense", word.upper(), word + word, f" {word}", f"{word}\n"),
        reason=", ".join(kind.words),
    )


def _flag(_kind: Flag) -> Samples:
    rejected = ("2", "-1", "10", "00", "true", *ODD_NUMBERS)
    return Samples(accepted=("0", "1"), rejected=rejected, reason="0 or 1")


def _colour(_kind: HexColour) -> Samples:
    return Samples(
        accepted=("000000", "FFFFFF", "ff6a00", "FF6a00"),
        rejected=(
            "AABBCCDD",
            "FFF",
            "FFFFF",
            "FFFFFFF",
            "GGGGGG",
            "#FFFFFF",
            "１１１１１１",
            "red",
        ),
        reason="six hexadecimal digits",
    )


def _base64(kind: Base64Text) -> Samples:
    # One text with and without padding, another in the URL-safe and the standard alphabet.
    return Samples(
        accepted=(
            encode_base64("a"),
            encode_base64("a" * kind.max_bytes),
            "YQ==",
            "YQ=",
            "Pj4-",
            "Pj4+",
        ),
        rejected=(encode_base64("a" * (kind.max_bytes + 1)),),
        reason=f"at most {kind.max_bytes} bytes",
    )


def _line(kind: SingleLineText) -> Samples:
    plain = _base64(kind)
    broken = [encode_base64(f"two{character}lines") for character in "\n\r\0\x7f\x85\u2028\u2029"]
    return replace(plain, rejected=(*plain.rejected, *broken))


def _font(_kind: FontName) -> Samples:
    return Samples(
        accepted=("d3F5LXplbmhlaQ", "d3F5LXplbmhlaQ==", "ZHJvaWRzYW5zZmFsbGJhY2s"),
        rejected=("bm90c3VwcG9ydAo", encode_base64("WQY-ZENHEI")),
        reason="wqy-zenhei, wqy-microhei",
    )


def _mark(_kind: WatermarkObjectType) -> Samples:
    return Samples(
        accepted=("cGFuZGEucG5n", "cGFuZGEucG5nP3gtb3NzLXByb2Nlc3M9aW1hZ2UvcmVzaXplLFBfMzA"),
        rejected=(
            encode_base64("?x-oss-process=image/resize,P_30"),
            encode_base64("图" * 341 + "a"),
        ),
        reason="name an object",
    )


NOT_BASE64 = ("notbase64", "a", "a===", "Y*==", "_w", "wA", "é", "YQ==YQ==")
"""Wrong length, wrong alphabet, padding in the middle, or bytes that are not UTF-8."""

SAMPLES: Mapping[type[Any], Callable[[Any], Samples]] = {
    Integer: _integer,
    PixelsOrPercent: _length,
    Choice: _choice,
    Flag: _flag,
    HexColour: _colour,
    Base64Text: _base64,
    SingleLineText: _line,
    FontName: _font,
    WatermarkObjectType: _mark,
}

PRINTABLE = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])

STRATEGIES: Mapping[type[Any], Callable[[Any], st.SearchStrategy[Any]]] = {
    Integer: lambda kind: st.integers(kind.low, kind.high),
    PixelsOrPercent: lambda kind: st.builds(
        Length, number=st.integers(1, kind.max_percent), percent=st.booleans()
    ),
    Choice: lambda kind: st.sampled_from(kind.words),
    Flag: lambda _kind: st.booleans(),
    HexColour: lambda _kind: st.tuples(*[st.integers(0, 255)] * 3),
    Base64Text: lambda kind: st.text(min_size=1, max_size=kind.max_bytes // 4),
    SingleLineText: lambda kind: st.text(PRINTABLE, min_size=1, max_size=kind.max_bytes // 4),
    FontName: lambda _kind: st.sampled_from(list(FILES)),
    WatermarkObjectType: lambda _kind: st.builds(
        WatermarkObject, key=st.sampled_from(["panda.png", "a/图.png"])
    ),
}


def samples(declared: Parameter) -> Samples:
    """Return the samples of a parameter's kind."""
    return SAMPLES[type(declared.kind)](declared.kind)


def argument(declared: Parameter, text: str) -> str:
    """Return an argument as written in a process value."""
    return text if declared.key == POSITIONAL else f"{declared.key}_{text}"


def companions(operation: type[Declared], field: str) -> list[str]:
    """Return the fewest other arguments with which a valid value of this parameter binds."""
    parameters = declared_parameters(operation)
    own = argument(parameters[field], samples(parameters[field]).accepted[0])
    others = [
        argument(other, samples(other).accepted[0])
        for name, other in parameters.items()
        if name != field
    ]
    for count in range(len(others) + 1):
        for chosen in combinations(others, count):
            if _binds(operation, [own, *chosen]):
                return list(chosen)
    raise AssertionError(f"no arguments go with {operation.name},{own}")


def minimal_arguments(operation: type[Declared]) -> list[str]:
    """Return the fewest arguments with which an operation binds."""
    parameters = declared_parameters(operation)
    if _binds(operation, []):
        return []
    offers = (
        [argument(declared, samples(declared).accepted[0]), *companions(operation, field)]
        for field, declared in parameters.items()
    )
    return min(offers, key=len)


def bounds(operation: type[Declared]) -> list[str]:
    """Return arguments at the ends of every parameter's range, each with the fewest others.

    An operation without parameters has one bare use; values that are not implemented are left out.
    """
    texts = [
        ",".join([argument(declared, text), *companions(operation, field)])
        for field, declared in declared_parameters(operation).items()
        for text in samples(declared).accepted
    ]
    return [text for text in texts if _is_implemented(operation, text.split(","))] or [""]


def _is_implemented(operation: type[Declared], arguments: list[str]) -> bool:
    try:
        bind(operation, arguments)
    except OssError:
        return False
    return True


def _binds(operation: type[Declared], arguments: list[str]) -> bool:
    try:
        bind(operation, arguments)
    except OssError as error:
        # Values that need another product bind too, and are not implemented (C-97).
        return error.code is Code.NOT_IMPLEMENTED
    return True


def every_parameter() -> Iterator[tuple[type[Declared], str, Parameter]]:
    """Yield every parameter of every declaration."""
    for operation in DECLARED.values():
        for field, declared in declared_parameters(operation).items():
            yield operation, field, declared


def written(operation: type[Declared]) -> st.SearchStrategy[list[str]]:
    """Generate arguments for an operation, each valid by itself; not all combinations bind."""
    parameters = declared_parameters(operation).values()
    required = [_drawn(declared) for declared in parameters if declared.required]
    optional = [st.none() | _drawn(declared) for declared in parameters if not declared.required]
    drawn = st.tuples(*required, *optional)
    return drawn.map(lambda given: [one for one in given if one is not None])


def _drawn(declared: Parameter) -> st.SearchStrategy[str]:
    values = STRATEGIES[type(declared.kind)](declared.kind)
    return values.map(lambda value: argument(declared, declared.kind.text(value)))
