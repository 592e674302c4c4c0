"""Files of the kinds that public bug reports are about, through the handler.

The files are in the folder `cases` next to that of the reference pictures.
"""

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.conftest import data_folder
from tests.functional.conftest import Get

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

type Check = Callable[[bytes], None]
type Ask = Callable[..., tuple[int, bytes]]

TEXT = "image/watermark,text_SGk"
RED, GREEN, BLUE, WHITE = (200, 40, 40), (40, 160, 40), (40, 60, 200), (230, 230, 230)

UNSUPPORTED = b"<EC>0040-00000005</EC>"


def case(name: str) -> bytes:
    """Read a file, or skip where the folder of the files is absent."""
    path = data_folder().parent / "cases" / name
    if not path.is_file():
        pytest.skip(f"needs {name}: set DARKROOM_TEST_DATA to a folder that has `cases` next to it")
    return path.read_bytes()


@pytest.fixture(scope="module")
def ask(get: Get, s3: "S3Client") -> Ask:
    """Put a file into `demo` and process it."""

    def asked(name: str, process: str, body: bytes | None = None) -> tuple[int, bytes]:
        s3.put_object(Bucket="demo", Key=f"cases/{name}", Body=body or case(name))
        reply = get(f"/demo/cases/{name}", f"x-oss-process={process}")
        return reply.status, reply.body

    return asked


def opened(body: bytes) -> Image.Image:
    """Decode a result."""
    import pillow_heif.HeifImagePlugin  # noqa: F401, PLC0415 - registers HEIC where it is needed

    image = Image.open(io.BytesIO(body))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, ...], most: int = 8) -> bool:
    """Return whether a pixel has a colour, whatever its alpha."""
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= most for a, b in zip(pixel, colour, strict=False))


def size(width: int, height: int) -> Check:
    """Expect a picture of this size."""

    def check(body: bytes) -> None:
        assert opened(body).size == (width, height)

    return check


def without_secrets(body: bytes) -> None:
    """Expect a picture without the markers of the source, EXIF or a position."""
    assert b"SECRET" not in body
    image = opened(body)
    assert not image.info.get("exif")
    assert not image.getexif().get_ifd(0x8825)


def upper_left(width: int, height: int, colour: tuple[int, int, int], most: int = 8) -> Check:
    """Expect a size, and a colour in the upper left quarter."""

    def check(body: bytes) -> None:
        image = opened(body)
        assert image.size == (width, height)
        assert near(image.convert("RGB").getpixel((width // 4, height // 4)), colour, most)

    return check


def quarters(width: int, height: int, most: int = 8) -> Check:
    """Expect red and green above blue and white, which are above a ramp of grey."""

    def check(body: bytes) -> None:
        image = opened(body)
        assert image.size == (width, height)
        image = image.convert("RGB")
        for colour, (x, y) in zip(
            (RED, GREEN, BLUE, WHITE), ((2, 2), (6, 2), (2, 5), (6, 5)), strict=True
        ):
            pixel = image.getpixel((x * width // 8, y * height // 8))
            assert near(pixel, colour, most), f"{pixel} instead of {colour}"

    return check


def grey(level: int, most: int = 5) -> Check:
    """Expect a level of grey at a quarter."""

    def check(body: bytes) -> None:
        image = opened(body)
        pixel = image.convert("RGB").getpixel((image.width // 4, image.height // 4))
        assert near(pixel, (level,) * 3, most), f"{pixel} instead of {level}"

    return check


def ramp(body: bytes) -> None:
    """Expect grey from 0 to 255 from left to right."""
    image = opened(body).convert("L")
    levels = [image.getpixel((x, 8)) for x in range(image.width)]
    assert levels == sorted(levels)  # type: ignore[type-var]
    assert levels[0] in range(3)
    assert levels[-1] in range(253, 256)
    assert levels[image.width // 2] in range(122, 136)


def progressive(body: bytes) -> None:
    """Expect a progressive JPEG."""
    image = opened(body)
    assert (image.format, image.info.get("progressive")) == ("JPEG", 1)


def cropped(body: bytes) -> None:
    """Expect the clean aperture of the picture, which is blue and magenta."""
    image = opened(body)
    assert image.size == (180, 100)
    assert near(image.convert("RGB").getpixel((45, 25)), (0, 0, 255), 20)


def frame(number: int, *pixels: tuple[tuple[int, int], tuple[int, int, int] | None]) -> Check:
    """Expect colours of pixels in a frame; None is transparent."""

    def check(body: bytes) -> None:
        image = Image.open(io.BytesIO(body))
        image.seek(number)
        rgba = image.convert("RGBA")
        for place, colour in pixels:
            pixel = rgba.getpixel(place)
            assert isinstance(pixel, tuple)
            assert (pixel[3] == 0) if colour is None else near(pixel, colour)

    return check


def info(**expected: str) -> Check:
    """Expect values of `info`."""

    def check(body: bytes) -> None:
        members = json.loads(body)
        for name, value in expected.items():
            assert value in members[name]["value"], f"{name}: {members[name]}"

    return check


def whole_numbers(body: bytes) -> None:
    """Expect a list of consecutive numbers, none of them cut."""
    words = json.loads(body)["TransferFunction"]["value"].split(" ")
    numbers = [int(word) for word in words]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def unmarked_comment(body: bytes) -> None:
    """Expect a text without a byte order mark."""
    comment = json.loads(body)["UserComment"]["value"]
    assert "\ufeff" not in comment
    assert comment.endswith("日本語")


def ink_width(least: int, most: int) -> Check:
    """Expect ink of a width on white."""

    def check(body: bytes) -> None:
        ink = opened(body).convert("L").point([255] * 200 + [0] * 56).getbbox()
        assert ink is not None
        assert least <= ink[2] - ink[0] <= most

    return check


def no_box(body: bytes) -> None:
    """Expect a gap after the first digit: U+202F is a quarter of an em and draws nothing."""
    image = opened(body).convert("L").point([255] * 200 + [0] * 56)
    columns = [image.crop((x, 0, x + 1, image.height)).getbbox() is not None for x in range(80)]
    first = columns.index(True)
    gap = columns.index(False, first)
    following = columns.index(True, gap)
    assert following - gap >= 8
    assert following < 50


NARROW = "image/watermark,text_MeKArzIzNMKg4oKs,size_40,g_nw"
NO_BREAK = "image/watermark,text_eMKgeA,type_ZmFuZ3poZW5na2FpdGk,size_40,g_nw"
MARKED = "image/watermark,text_ccyBeA,size_40,g_nw"
UNMARKED = "image/watermark,text_cXg,size_40,g_nw"

PICTURES: list[tuple[str, str, Check]] = [
    ("tiff-secrets.tif", "image/resize,w_4000", without_secrets),
    ("tiff-secrets.tif", "image/auto-orient,1", without_secrets),
    ("jpg-gps-upright.jpg", "image/format,heic", without_secrets),
    ("tif-grey-extra0.tif", "image/resize,w_4000", size(8, 8)),
    ("jpg-exif-xres-text.jpg", "image/format,heic", size(160, 120)),
    ("avif-xmp-orientation-6.avif", "image/resize,w_60", upper_left(60, 40, RED)),
    ("planar-rgb16.tif", "image/resize,w_60/format,png", quarters(60, 40)),
    ("planar-rgb16-be.tif", "image/resize,w_60/format,png", quarters(60, 40)),
    ("tif-colormap-8bit.tif", "image/format,png", quarters(120, 80)),
    ("tif-u16-white0.tif", "image/format,png", grey(191)),
    ("tif-float.tif", "image/format,png", ramp),
    ("tif-u32.tif", "image/format,png", ramp),
    ("icc-linear-srgb.png", "image/format,png", upper_left(120, 80, (200, 38, 38), 2)),
    ("icc-linear-srgb.jpg", "image/format,png", upper_left(120, 80, (200, 38, 34), 2)),
    ("icc-not-srgb.jpg", "image/format,png", upper_left(120, 80, (220, 0, 17), 2)),
    ("png-ztxt-2mb.png", "image/resize,w_60", quarters(60, 40)),
    ("png-iccp-2mb.png", "image/resize,w_60", size(60, 40)),
    ("png-bad-crc-text.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-badcrc-iCCP.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-badcrc-pHYs.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-phys-short.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-gama-short.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-iccp-short.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-ztxt-unknown-method.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-actl-short.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-trns-short-rgb.png", "image/resize,w_60", quarters(60, 40)),
    ("meta-jfif-short.jpg", "image/resize,w_60", upper_left(60, 45, RED)),
    ("meta-icc-short.jpg", "image/resize,w_60", upper_left(60, 45, RED)),
    ("avif-clap.avif", "image/format,png", cropped),
    ("avif-alpha-two-ipma.avif", "image/resize,w_100", size(100, 100)),
    ("lossless-rgb.jpg", "image/resize,w_30", size(30, 23)),
    ("jpg-no-eoi.jpg", "image/resize,w_60", upper_left(60, 45, RED)),
    ("jpg-no-eoi-trailer.jpg", "image/resize,w_60", upper_left(60, 45, RED)),
    ("bmp-rle4-overlong-row.bmp", "image/format,png", quarters(121, 80)),
    ("bmp-444.bmp", "image/format,png", quarters(120, 80, 12)),
    ("bmp-32-rgbx-masks.bmp", "image/format,png", quarters(120, 80)),
    ("bigtiff-be.tif", "image/format,png", size(120, 80)),
    ("png-exif-6.png", "image/format,png", size(80, 120)),
    ("jpg-exif-gbk.jpg", "image/info", info(ImageDescription="中文图片说明")),
    ("noise-240x240-q80-444.jpg", TEXT, size(240, 240)),
    ("noise-240x240-q80-444.jpg", f"{TEXT}/interlace,1", progressive),
    ("noise-64-colours-240x240.png", f"{TEXT}/format,jpg/quality,Q_80", size(240, 240)),
    ("noise-grey-2x30000.png", "image/format,jpg", size(2, 30_000)),
    ("noise-grey-3x20000-q90.jpg", "image/interlace,1", progressive),
    ("noise-300x200-q75-420.jpg", TEXT, size(300, 200)),
    ("noise-300x200-q75-420.jpg", f"{TEXT}/format,jpg/quality,Q_100", size(300, 200)),
    ("noise-control-100x100.png", TEXT, size(100, 100)),
    ("noise-control-100x100.png", f"{TEXT}/format,jpg/quality,Q_100", size(100, 100)),
    ("gif-disposal-4.gif", "image/resize,w_4000", frame(2, ((2, 2), RED))),
    ("gif-disposal-4-first.gif", "image/crop,w_40", frame(2, ((2, 2), None), ((12, 12), None))),
    ("gif-disposal-3.gif", "image/crop,w_40", frame(2, ((2, 2), RED))),
    ("gif-disposal-7.gif", "image/crop,w_40", frame(2, ((2, 2), (40, 200, 40)))),
    ("gif-later-frame-beyond-screen.gif", "image/resize,w_4000", size(40, 30)),
    (
        "gif-later-frame-beyond-screen.gif",
        "image/info",
        info(ImageWidth="40", ImageHeight="30"),
    ),
    ("gif-stray-frame-far-away.gif", "image/resize,w_20", size(20, 15)),
    ("gif-first-frame-beyond-screen.gif", "image/resize,w_4000", size(60, 50)),
    ("gif-frame-inside-control.gif", "image/resize,w_4000", size(40, 30)),
    ("white-400x80.png", NARROW, no_box),
    ("white-400x80.png", NO_BREAK, ink_width(48, 70)),
    ("cgbi.png", "image/resize,w_30", upper_left(30, 20, RED)),
    ("exif-comment-bom-be.jpg", "image/info", info(UserComment="日本語")),
    ("exif-comment-bom.jpg", "image/info", unmarked_comment),
    (
        "exif-gps-method.jpg",
        "image/info",
        info(GPSProcessingMethod="GPS", GPSAreaInformation="区"),
    ),
    (
        "exif-new-tags.jpg",
        "image/info",
        info(
            ExposureTime="1/60",
            FNumber="4/1",
            ISOSpeedRatings="200",
            CompositeImage="2",
            SampleFormat="1",
        ),
    ),
    ("exif-transfer-function.jpg", "image/info", whole_numbers),
    ("avif-exif-6-no-irot.avif", "image/format,png", upper_left(120, 80, RED)),
    ("heic-exif-6-no-irot.heic", "image/format,png", upper_left(120, 80, RED)),
]


@pytest.mark.parametrize(
    ("name", "process", "check"),
    PICTURES,
    ids=[f"{name} {process}" for name, process, _ in PICTURES],
)
def test_a_sound_file_gives_the_right_result(
    ask: Ask, name: str, process: str, check: Check
) -> None:
    """Status 200 and the picture, or the report, that other readers show."""
    status, body = ask(name, process)
    assert status == 200, body
    check(body)


@pytest.mark.parametrize("name", ["tif-cmyka.tif", "tif-grey16-alpha.tif"])
def test_what_cannot_be_decoded_is_not_called_damaged(ask: Ask, name: str) -> None:
    """The message tells the owner that the file is sound (C-180)."""
    status, body = ask(name, "image/format,png")
    assert status == 400
    assert UNSUPPORTED in body


@pytest.mark.parametrize("name", ["jpg-cut-4.jpg", "jpg-half.jpg"])
@pytest.mark.parametrize("process", ["image/resize,w_60", "image/format,png"])
def test_missing_pixels_stay_damage(ask: Ask, name: str, process: str) -> None:
    """A file that only lacks its end marker is another case (C-102)."""
    status, body = ask(name, process)
    assert status == 400
    assert b"<Code>ImageDamage</Code>" in body


def test_invisible_colours_give_the_same_edge(ask: Ask) -> None:
    """Green and black under alpha 0, sharpened."""
    green = case("alpha-sharpen-green.png")
    image = opened(green).convert("RGBA")
    black = Image.new("RGBA", image.size)
    black.paste(image, mask=image.getchannel("A").point([0] + [255] * 255))
    buffer = io.BytesIO()
    black.save(buffer, "PNG")
    pictures = []
    for name, data in (("green.png", green), ("black.png", buffer.getvalue())):
        status, body = ask(name, "image/sharpen,300", data)
        assert status == 200
        image = opened(body).convert("RGBA")
        seen = Image.new("RGBA", image.size)
        seen.paste(image, mask=image.getchannel("A").point([0] + [255] * 255))
        pictures.append(seen.tobytes())
    assert pictures[0] == pictures[1]


def test_wide_gamut_and_high_dynamic_range_come_out_bright(ask: Ask) -> None:
    """The same scene as in sRGB has a mean of 194, 175 and 95; it was 153, 142 and 87."""
    status, body = ask("colors_wcg_hdr_rec2020.avif", "image/format,png")
    assert status == 200
    image = opened(body).convert("RGB").resize((1, 1), Image.Resampling.BOX)
    assert near(image.getpixel((0, 0)), (194, 175, 95), 20)


def test_a_mark_that_no_face_has_takes_no_width(ask: Ask) -> None:
    """Q with an acute accent, before x."""
    widths = []
    for process in (MARKED, UNMARKED):
        status, body = ask("white-400x80.png", process)
        assert status == 200
        ink = opened(body).convert("L").point([255] * 200 + [0] * 56).getbbox()
        assert ink is not None
        widths.append(ink[2])
    assert widths[0] == widths[1]
