"""Any process on any kind of picture gives a result or an error of the catalogue.

`pytest --hypothesis-profile=thorough` tries fifty times as many.
"""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import OPERATIONS
from darkroom.process.parameters import declared_parameters, encode_base64
from darkroom.web.xml import error_document
from tests.pictures import animation, photographic, processed, stored

SMALL = photographic((20, 14))
FRAMES = [SMALL.rotate(40 * n) for n in range(3)]
TRANSPARENT = SMALL.copy()
TRANSPARENT.putalpha(Image.linear_gradient("L").resize(SMALL.size))

PICTURES: Mapping[str, bytes] = {
    "jpg": stored(SMALL, "JPEG"),
    "clear png": stored(TRANSPARENT),
    "palette png": stored(SMALL.quantize(5)),
    "animated gif": animation(FRAMES, "GIF", duration=50),
    "animated webp": animation(FRAMES, "WEBP", duration=50),
    "cmyk tiff": stored(SMALL.convert("CMYK"), "TIFF"),
    "one pixel": stored(Image.new("L", (1, 1))),
    "thread": stored(Image.new("LA", (500, 2))),
}

MARKS: Mapping[str, bytes] = {"m": stored(TRANSPARENT.resize((9, 7))), "bad": b"no picture"}
FONTS = Path(__file__).parents[3] / "layers/fonts/fonts"

NUMBERS = st.sampled_from([0, 1, 2, 3, 7, 14, 20, 50, 90, 99, 100, 101, 359, 4096, 4097, 16_385])
WORDS = st.sampled_from(
    [
        *("lfit", "mfit", "fill", "pad", "fixed", "nw", "center", "se", "FF0000"),
        *("jpg", "png", "webp", "gif", "bmp", "tiff", "", "-1", "1e3", "٣", "9" * 3000, "%", "\0"),
        *map(encode_base64, ("图😀\n\0\u202e", "W" * 64, "m", "bad", "none", "wqy-zenhei")),
        encode_base64("m?x-oss-process=image/resize,P_50/rotate,45"),
        encode_base64("m?x-oss-process=image/watermark,text_YQ"),
        encode_base64("m?x-oss-process=style/x"),
    ]
)
VALUES = NUMBERS.map(str) | WORDS | st.text(max_size=5)


@st.composite
def actions(draw: st.DrawFn) -> str:
    """Return an operation with some of its own parameters and arbitrary values."""
    name = draw(st.sampled_from(sorted(OPERATIONS)))
    keys = [declared.key for declared in declared_parameters(OPERATIONS[name]).values()]
    arguments = [
        f"{key}_{draw(VALUES)}" if key else draw(VALUES)
        for key in draw(st.lists(st.sampled_from(keys), max_size=4) if keys else st.just([]))
    ]
    return ",".join([name, *arguments])


def load(key: str) -> bytes:
    """Return a watermark's bytes; raise WatermarkError if there is none."""
    if key not in MARKS:
        raise OssError(Code.WATERMARK_ERROR)
    return MARKS[key]


@given(st.sampled_from(sorted(PICTURES)), st.lists(actions(), min_size=1, max_size=4))
def test_any_process_gives_a_result_or_an_error(name: str, written: list[str]) -> None:
    """Every exception is a client error of the catalogue with a short document."""
    context = ProcessingContext(load_watermark=load, fonts=FONTS)
    try:
        assert processed(PICTURES[name], "image/" + "/".join(written), context).body
    except OssError as refused:
        assert not refused.is_server_error, refused  # noqa: PT017 - some processes succeed
        body = error_document(refused, request_id="A", host="h")
        assert ET.fromstring(body).findtext("Message")
        assert len(body) < 1000
