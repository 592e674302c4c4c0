"""The pictures that marks are made of: which object, and how it is prepared (spec 02 §15.2)."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import UsesWatermarks
from darkroom.imaging.operations import compile_operations, watermark_keys
from darkroom.imaging.operations.rotate import Rotate
from darkroom.imaging.operations.watermark import Watermark
from darkroom.imaging.operations.watermark.image_mark import (
    WatermarkObject,
    WatermarkObjectType,
    prepare_mark,
)
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from darkroom.process.parameters import encode_base64
from tests.conftest import Data
from tests.pictures import (
    animation,
    coded,
    difference,
    photographic,
    place,
    stored,
    with_orientation,
)
from tests.unit.operations.applied import applied, noise, samples
from tests.unit.operations.watermark.marking import context, reference

E = (400, 267)


def mark_of(body: bytes, process: str, size: Size = E) -> Image.Image:
    """Prepare an object as the mark of a picture of a size."""
    reference = "mark" + (f"?x-oss-process=image/{process}" if process else "")
    mark = WatermarkObjectType().parse(encode_base64(reference))
    return prepare_mark(mark, size, context({"mark": body})).image


ENCODINGS = [
    ("cGFuZGEucG5n", "panda.png", 0),
    ("aW1hZ2UvcGFuZGEucG5n", "image/panda.png", 0),
    ("cGFuZGEucG5nP3gtb3NzLXByb2Nlc3M9aW1hZ2UvcmVzaXplLFBfMzA", "panda.png", 1),
    ("cGFuZGEucG5nP3gtb3NzLXByb2Nlc3M9aW1hZ2UvcmVzaXplLHdfNTA=", "panda.png", 1),
    ("cGljcy9Lb2FsYS5qcGc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsUF8yMA", "pics/Koala.jpg", 1),
]


@pytest.mark.parametrize(("text", "key", "steps"), ENCODINGS, ids=[row[0] for row in ENCODINGS])
def test_a_documented_reference_is_understood(text: str, key: str, steps: int) -> None:
    """A documented reference is parsed, and its canonical text is parsed to an equal value."""
    mark = WatermarkObjectType().parse(text)
    assert (mark.key, len(mark.steps)) == (key, steps)
    assert WatermarkObjectType().parse(WatermarkObjectType().text(mark)) == mark


PERCENT = [
    ((100, 100), (50, 50), 10, (10, 10)),
    ((200, 200), (50, 50), 10, (20, 20)),
    (E, (100, 50), 30, (120, 60)),
    (E, (50, 100), 30, (40, 80)),
    (E, (100, 50), 100, (400, 200)),
    (E, (400, 267), 100, (400, 267)),
    (E, (267, 400), 1, (2, 3)),
    (E, (1000, 1), 1, (4, 1)),
    ((333, 100), (10, 1), 10, (33, 3)),
    ((1, 1), (30, 20), 1, (1, 1)),
]


@pytest.mark.parametrize(
    ("size", "mark", "share", "wanted"),
    PERCENT,
    ids=[f"{s[0]}x{s[1]}-{m[0]}x{m[1]}-resize,P_{p}" for s, m, p, _ in PERCENT],
)
def test_a_mark_may_be_a_share_of_the_picture(
    size: Size, mark: Size, share: int, wanted: Size
) -> None:
    """It fits inside that percentage of both sides, and may be enlarged (C-87)."""
    assert mark_of(stored(coded(mark)), f"resize,P_{share}", size).size == wanted


def test_the_share_is_of_the_picture_at_that_step() -> None:
    """`P` is a share of the picture at that step: after a resize, of the resized one."""
    text = f"resize,w_40/watermark,{reference('mark', 'resize,P_50')},g_nw,x_0,y_0"
    mark = stored(Image.new("RGB", (30, 30), "red"))
    result = applied(Image.new("RGB", (80, 80)), text, context=context({"mark": mark}))
    assert result.getbbox() == (0, 0, 20, 20)


PREPARED = [
    ("", (90, 60), (0, 0)),
    ("resize,w_45", (45, 30), None),
    ("resize,w_180", (90, 60), (0, 0)),
    ("resize,w_180,limit_0", (180, 120), None),
    ("resize,m_fixed,w_20,h_20", (20, 20), None),
    ("resize,p_50", (45, 30), None),
    ("crop,x_10,y_20,w_30,h_25", (30, 25), (10, 20)),
    ("crop,w_10,h_10,g_se", (10, 10), (80, 50)),
    ("indexcrop,x_20,i_2", (20, 60), (40, 0)),
    ("rotate,90", (60, 90), (0, 59)),
    ("rotate,180", (90, 60), (89, 59)),
    ("crop,x_10,y_20/rotate,90/crop,w_5,h_7", (5, 7), (10, 59)),
]


@pytest.mark.parametrize(
    ("process", "size", "first"), PREPARED, ids=[row[0] or "as-it-is" for row in PREPARED]
)
def test_a_mark_is_prepared_step_by_step(process: str, size: Size, first: Size | None) -> None:
    """Sizes as the operations give them; where no pixel is mixed, the first one tells its place."""
    mark = mark_of(stored(coded((90, 60))), process)
    assert mark.size == size
    assert first is None or place(mark, 0, 0) == first


def test_rounded_corners_of_a_mark_are_transparent() -> None:
    """Rounded corners of a mark are transparent, whatever the format of the mark."""
    base, mark = Image.new("RGB", (60, 60), "white"), Image.new("RGB", (40, 40), "black")
    text = f"watermark,{reference('mark', 'rounded-corners,r_20')},g_center"
    result = applied(base, text, "jpg", context({"mark": stored(mark, "JPEG")}))
    assert result.getpixel((10, 10)) == (255, 255, 255)
    assert result.getpixel((30, 30)) == (0, 0, 0)


def test_a_turned_mark_is_transparent_around() -> None:
    """The corners that a rotation adds to a mark are transparent."""
    base, mark = Image.new("RGB", (90, 90), "white"), Image.new("RGB", (40, 40), "black")
    text = f"watermark,{reference('mark', 'rotate,45')},g_center"
    result = applied(base, text, "jpg", context({"mark": stored(mark)}))
    assert result.getbbox() == (0, 0, 90, 90)
    assert result.getpixel((18, 18)) == (255, 255, 255)
    assert result.getpixel((45, 19)) != (255, 255, 255)


def test_the_first_frame_of_an_animation_is_a_mark_like_any_other() -> None:
    """C-84; the rules for animations, such as never to enlarge them, do not hold for it."""
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    for word in ("GIF", "WEBP"):
        mark = mark_of(animation(frames, word), "resize,P_50", (100, 100)).convert("RGB")
        assert mark.size == (50, 25)
        assert difference(mark, Image.new("RGB", (50, 25), "red")) < 12


def test_frames_that_are_not_shown_do_not_count() -> None:
    """An animation's other frames cost nothing, so they break no limit."""
    body = animation([Image.new("L", (20, 20), level) for level in range(0, 250, 25)])
    limits = Limits(source_pixels=400)
    mark = WatermarkObjectType().parse(encode_base64("mark"))
    loaded = ProcessingContext(load_watermark=lambda _: body, limits=limits)
    assert prepare_mark(mark, E, loaded).size == (20, 20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mark_stands_upright(orientation: int) -> None:
    """Turned and mirrored as its EXIF says, before it is prepared."""
    body = with_orientation(photographic((80, 40)), orientation)
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(body)))
    assert difference(mark_of(body, ""), wanted) == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reduced_decode_is_not_shifted(orientation: int) -> None:
    """As much of a turned mark is white at any scale: the last column of one decode is narrower."""
    picture = Image.new("L", (801, 403))
    picture.paste(255, (300, 150, 801, 403))
    body = with_orientation(picture, orientation)
    small = mark_of(body, "resize,w_60").convert("L")
    white = (501 * 253) / (801 * 403)
    assert samples(small).mean() / 255 == pytest.approx(white, abs=0.004)


@pytest.mark.parametrize(
    ("process", "code"),
    [
        ("crop,x_100", Code.BAD_REQUEST),
        ("resize,w_16384,h_16384,limit_0", Code.IMAGE_TOO_LARGE),
        ("resize,w_4097,limit_0/rotate,90", Code.BAD_REQUEST),
    ],
)
def test_a_step_that_fails_says_why(process: str, code: Code) -> None:
    """A step of a mark's preparation is held to the operation's limits and raises its code."""
    with pytest.raises(OssError) as caught:
        mark_of(stored(coded((90, 60))), process)
    assert caught.value.code is code


@pytest.mark.parametrize(
    "body",
    [b"", b"text", b"\xff\xd8\xff", stored(noise("RGB", (50, 50)))[:4000]],
    ids=["nothing", "text", "start-of-a-jpeg", "half-a-png"],
)
def test_what_is_no_picture_is_a_watermark_error(body: bytes) -> None:
    """The message names the object and what is wrong with it (C-83)."""
    with pytest.raises(OssError) as caught:
        mark_of(body, "")
    assert caught.value.code is Code.WATERMARK_ERROR
    assert caught.value.message.startswith("The watermark object mark cannot be used: ")


@pytest.mark.parametrize("name", ["bomb-16384x16384.png", "bomb-65535x66601.gif"])
def test_a_bomb_is_refused_by_its_header(sample: Data, name: str) -> None:
    """A mark over the limits is a WatermarkError by its header."""
    with pytest.raises(OssError) as caught:
        mark_of(sample(name), "resize,w_10")
    assert caught.value.code is Code.WATERMARK_ERROR


def test_three_different_marks_are_enough() -> None:
    """C-88: counted by object, however each is prepared."""
    keys = ["a", "b", "c", "a", "b"]
    actions = [f"watermark,{reference(k, f'resize,w_{n + 1}')}" for n, k in enumerate(keys)]
    assert len(compile_operations(parse("image/" + "/".join(actions)).actions)) == len(keys)
    with pytest.raises(OssError) as caught:
        compile_operations(
            parse("image/" + "/".join([*actions, f"watermark,{reference('d')}"])).actions
        )
    assert caught.value.code is Code.WATERMARK_ERROR


class Marked(Rotate, UsesWatermarks):
    """A step of a mark's preparation that loads a mark itself, as none does today."""

    @property
    def watermark_keys(self) -> frozenset[str]:
        """Name an object of its own."""
        return frozenset({"inner"})


def test_all_objects_that_will_be_loaded_are_known_before() -> None:
    """Those of the process, of its marks, and of whatever prepares these."""
    process = f"image/resize,w_9/watermark,{reference('one')}/watermark,{reference('two')}"
    assert watermark_keys(compile_operations(parse(process).actions)) == {"one", "two"}
    assert (
        watermark_keys(compile_operations(parse("image/watermark,text_SGk/blur,r_1,s_1").actions))
        == set()
    )
    nested = WatermarkObject(key="outer", steps=(Marked(degrees=90),))
    assert watermark_keys([Watermark(image=nested)]) == {"outer", "inner"}


def test_a_mark_is_decoded_once_for_all_its_places() -> None:
    """The same object at nine places is read once."""
    read = []

    def load(key: str) -> bytes:
        read.append(key)
        return stored(coded((10, 10)))

    places = [f"watermark,{reference('mark')},g_{g}" for g in ("nw", "se", "center")]
    applied(
        noise("RGB", (60, 60)), "/".join(places), context=ProcessingContext(load_watermark=load)
    )
    assert read == ["mark"]


def test_a_real_logo_with_soft_edges_keeps_them(sample: Data) -> None:
    """The alpha of an RGBA PNG decides how much of the picture shows."""
    paper = sample("paper-2048x1536-rgba.png")
    result = applied(
        Image.new("RGB", E, "white"),
        f"watermark,{reference('mark', 'resize,P_100')},x_0,y_0",
        context=context({"mark": paper}),
    )
    whole = Image.open(io.BytesIO(paper)).convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    ground.alpha_composite(whole)
    wanted = ground.convert("RGB").resize((356, 267), Image.Resampling.HAMMING)
    delta = np.asarray(result.crop((44, 0, 400, 267)), float) - np.asarray(wanted, float)
    assert np.abs(delta).mean() < 1.5
