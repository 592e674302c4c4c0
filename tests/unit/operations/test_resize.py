"""`resize` (spec 02 §1): which size it makes of which, against an independent model."""

import random
from fractions import Fraction

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.resize import Resize, Scaling
from darkroom.process.grammar import parse
from tests.unit.operations.applied import applied
from tests.unit.operations.exact_scaling import scaled, sizes

EXAMPLES = [
    ((200, 100), "w_150,h_80", (150, 75)),
    ((200, 100), "m_mfit,w_150,h_80", (160, 80)),
    ((200, 100), "m_fill,w_150,h_80", (150, 80)),
    ((200, 100), "m_pad,w_150,h_80", (150, 80)),
    ((200, 100), "m_fixed,w_150,h_80", (150, 80)),
    ((200, 100), "m_fixed,h_100", (100, 100)),
    ((200, 100), "h_100", (200, 100)),
    ((400, 267), "m_fixed,w_100,h_100", (100, 100)),
    ((400, 267), "w_100", (100, 67)),
    ((400, 267), "h_100,m_lfit", (150, 100)),
    ((400, 267), "l_100", (100, 67)),
    ((400, 267), "s_100", (150, 100)),
    ((400, 267), "w_100,h_100", (100, 67)),
    ((400, 267), "m_mfit,h_100,w_100", (150, 100)),
    ((400, 267), "m_fill,h_100,w_100", (100, 100)),
    ((400, 267), "m_pad,h_100,w_100,color_FF0000", (100, 100)),
    ((400, 267), "w_300", (300, 200)),
    ((400, 267), "w_300,h_300", (300, 200)),
    ((400, 267), "p_50", (200, 134)),
    ((400, 267), "p_63", (252, 168)),
    ((400, 267), "p_200,limit_0", (800, 534)),
    ((400, 267), "p_200", (400, 267)),
    ((400, 267), "w_500", (400, 267)),
    ((400, 267), "w_500,limit_0", (500, 334)),
    ((400, 267), "m_fill,w_300,h_300,limit_0", (300, 300)),
    ((400, 267), "m_fill,w_300,h_300", (400, 267)),
    ((400, 267), "m_pad,w_500,h_100", (500, 100)),
    ((400, 267), "m_fill,h_100", (100, 100)),
    ((400, 267), "m_pad,w_100", (100, 100)),
    ((400, 267), "m_fixed,w_500,h_100", (400, 267)),
    ((400, 267), "m_fixed,w_100,h_300", (400, 267)),
    ((400, 267), "l_200,s_100", (150, 100)),
    ((400, 267), "m_mfit,l_200,s_150", (225, 150)),
    ((400, 267), "w_401,h_100", (150, 100)),
    ((400, 267), "m_mfit,w_401,h_10", (400, 267)),
    ((400, 267), "m_fill,l_100", (100, 100)),
    ((400, 267), "m_pad,s_100", (100, 100)),
    ((400, 267), "m_fixed,l_100", (100, 100)),
    ((400, 267), "m_fixed,l_200,s_100", (200, 100)),
    ((400, 267), "w_200,h_200", (200, 134)),
    ((267, 400), "m_fixed,l_200,s_100", (100, 200)),
    ((267, 400), "l_100", (67, 100)),
    ((267, 400), "s_100", (100, 150)),
    ((200, 400), "w_100,h_100", (50, 100)),
    ((200, 400), "m_mfit,w_100,h_100", (100, 200)),
    ((3924, 2550), "h_600,l_900", (923, 600)),
    ((3924, 2550), "l_923,h_600", (923, 600)),
    ((1024, 768), "w_200", (200, 150)),
    ((1000, 1), "w_100", (100, 1)),
    ((30_000, 1), "w_100", (100, 1)),
    ((1, 1), "w_1", (1, 1)),
    ((1, 1), "p_1", (1, 1)),
    ((1, 1), "m_pad,w_3,h_3,limit_0", (3, 3)),
    ((100, 100), "l_50", (50, 50)),
    ((400, 267), "m_fixed,w_4096,h_4096,limit_0", (4096, 4096)),
]


def resize(text: str) -> Resize:
    """Read the arguments of a resize."""
    (operation,) = compile_operations(parse(f"image/resize,{text}").actions)
    assert isinstance(operation, Resize)
    return operation


@pytest.mark.parametrize(
    ("size", "text", "wanted"), EXAMPLES, ids=[f"{s[0]}x{s[1]}-{t}" for s, t, _ in EXAMPLES]
)
def test_a_worked_example_has_its_size(size: Size, text: str, wanted: Size) -> None:
    """Every row of spec 02 §1.5 and of 06 §3–4, with pixels that really have it."""
    assert resize(text).scaling(size, animated=False).size == wanted
    assert applied(Image.new("L", size), f"resize,{text}").size == wanted


def model(operation: Resize, size: Size, *, animated: bool = False) -> Scaling:
    """Say once more, in fractions, what spec 02 §1.1–1.3 says."""
    width, height = size
    w, h = operation.w, operation.h
    if w is None and h is None:
        w, h = (operation.l, operation.s) if width >= height else (operation.s, operation.l)
    kept = Scaling(scaled=size, size=size)
    never_larger = operation.limit or animated
    if w is None and h is None:
        assert operation.p is not None
        share = Fraction(operation.p, 100)
        return kept if never_larger and share > 1 else _whole(scaled(size, share))
    if operation.m in ("lfit", "mfit"):
        shares = [Fraction(to, side) for to, side in ((w, width), (h, height)) if to]
        share = min(shares) if operation.m == "lfit" else max(shares)
        return kept if never_larger and share > 1 else _whole(scaled(size, share))
    box = (w or h or 0, h or w or 0)
    if operation.m == "fixed":
        larger = box[0] > width or box[1] > height
        return kept if never_larger and larger else _whole(box)
    pick = max if operation.m == "fill" else min
    share = pick(Fraction(box[0], width), Fraction(box[1], height))
    if never_larger and share > 1:
        return kept
    return Scaling(scaled=scaled(size, share), size=box, padded=operation.m == "pad")


def _whole(size: Size) -> Scaling:
    return Scaling(scaled=size, size=size)


def arguments(draw: random.Random, size: Size) -> str:
    """Draw the arguments of a resize, often with targets near the source's own sides."""
    given = []
    for key in draw.choice(("w", "h", "wh", "l", "s", "ls", "p", "wl", "hs", "wp", "lp", "whlsp")):
        near = draw.choice(size) + draw.choice((-1, 0, 1))
        target = draw.choice((near, draw.randint(1, 300), 1, 16_384))
        given.append(f"{key}_{min(max(1, target), 1000 if key == 'p' else 16_384)}")
    given.append("m_" + draw.choice(("lfit", "mfit", "fill", "pad", "fixed")))
    given.append(f"limit_{draw.randrange(2)}")
    return ",".join(given)


@pytest.mark.parametrize("animated", [False, True], ids=["still", "animated"])
def test_the_target_is_what_fractions_say(animated: bool) -> None:
    """Sizes one pixel thin and nearly square ones among them (C-44 – C-46, C-48 – C-50)."""
    draw = random.Random(7)
    for size in sizes(8000):
        text = arguments(draw, size)
        operation = resize(text)
        found = operation.scaling(size, animated=animated)
        assert found == model(operation, size, animated=animated), (size, text)
        if (operation.limit or animated) and operation.m != "pad":
            assert found.size[0] <= size[0]
            assert found.size[1] <= size[1]


def test_a_decoder_is_asked_for_what_the_scaling_needs() -> None:
    """The whole picture scaled, before it is cut or padded; nothing when it stays as it is."""
    assert resize("m_fill,w_100,h_100").needed_size((400, 267), animated=False) == (150, 100)
    assert resize("m_pad,w_100,h_100").needed_size((400, 267), animated=False) == (100, 67)
    assert resize("w_500").needed_size((400, 267), animated=False) is None
    assert resize("w_500,limit_0").needed_size((400, 267), animated=True) is None


MISSING = ["", "m_fill", "limit_0", "color_FF0000,m_pad", "e_1", "W_100"]


@pytest.mark.parametrize("text", MISSING)
def test_a_resize_without_a_target_is_refused(text: str) -> None:
    """None of w, h, l, s and p: MissingArgument (C-43)."""
    with pytest.raises(OssError) as caught:
        resize(text)
    assert caught.value.code is Code.MISSING_ARGUMENT


@pytest.mark.parametrize(("text", "same"), [("w_5,h_0", "w_5"), ("m_pad,w_0,h_5", "m_pad,h_5")])
def test_a_zero_next_to_the_other_side_counts_as_absent(text: str, same: str) -> None:
    """`resize,m_lfit,w_0,h_170` is a production URL (C-176)."""
    assert resize(text) == resize(same)


@pytest.mark.parametrize("text", ["w_0,h_99999", "w_0,h_abc", "w_abc,h_0"])
def test_the_other_side_must_be_valid(text: str) -> None:
    """A zero hides no error of the other side."""
    with pytest.raises(OssError) as caught:
        resize(text)
    assert caught.value.code is Code.INVALID_ARGUMENT


def test_both_sides_zero_has_a_number_of_its_own() -> None:
    """EC 0040-00000321; one of them alone has the number of its key."""
    for text, ec in (("w_0,h_0", "321"), ("w_0", "312"), ("h_0", "313"), ("w_0,l_9", "312")):
        with pytest.raises(OssError) as caught:
            resize(text)
        assert (caught.value.code, caught.value.ec) == (
            Code.INVALID_ARGUMENT,
            f"0040-00000{ec}",
        )


@pytest.mark.parametrize("text", ["m_fixed,w_4097,h_4096,limit_0", "p_1000", "w_16384"])
def test_a_result_over_the_limits_is_refused_before_it_is_made(text: str) -> None:
    """Sides up to 16384, 16 777 216 pixels (EC 0040-00000007)."""
    with pytest.raises(OssError) as caught:
        applied(Image.new("L", (4000, 3000)), f"resize,{text},limit_0")
    assert (caught.value.code, caught.value.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000007")


@pytest.mark.parametrize("size", [(2, 30_000), (4097, 4096)], ids=["side", "area"])
def test_a_picture_that_keeps_its_size_has_the_limits_of_a_result(size: tuple[int, int]) -> None:
    """They are the limits of what `resize` returns, whatever `limit` is (spec 02 §1.3)."""
    for text in ("w_5000", "m_fixed,w_16384,h_16384", "p_200"):
        with pytest.raises(OssError) as caught:
            applied(Image.new("L", size), f"resize,{text}")
        assert (caught.value.code, caught.value.ec) == (Code.IMAGE_TOO_LARGE, "0040-00000007")
