"""Watermarks through the handler: byte sizes, errors, and objects of the same bucket."""

import io
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from darkroom.process.parameters import encode_base64
from tests.conftest import Data
from tests.evidence.results import Record, compare
from tests.functional.conftest import Ask, Get, Reply
from tests.pictures import coded, place, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

E = "example.jpg"
N = "nodejs-1024x768.png"
HELLO = "SGVsbG8gV29ybGQ"
PANDA = "cGFuZGEucG5n"


@pytest.fixture(scope="module", autouse=True)
def pictures(s3: "S3Client", sample: Data) -> None:
    """Put the reference picture, a canvas and watermark objects into `demo`; no `panda.png`."""
    objects = {
        E: sample(E),
        N: sample(N),
        "grey.jpg": stored(Image.linear_gradient("L"), "JPEG"),
        "loop.gif": sample("animated-loop-3.gif"),
        "canvas.png": stored(Image.new("RGB", (400, 267), "white")),
        "mark.png": stored(coded((100, 50))),
        "notes.txt": b"no picture at all",
        "empty": b"",
        "heavy.png": bytes(20_971_521),
        "half.jpg": sample("truncated.jpg"),
        "bomb.png": sample("bomb-16384x16384.png"),
    }
    for key, body in objects.items():
        s3.put_object(Bucket="demo", Key=key, Body=body)


def marked(get: Get, watermark: str, key: str = E) -> Reply:
    """Request a picture with a watermark."""
    return get(f"/demo/{key}", f"x-oss-process=image/watermark,{watermark}")


def image(reference: str) -> str:
    """Return the argument that names a watermark object."""
    return f"image_{encode_base64(reference)}"


def test_a_text_has_the_byte_size_of_the_service(
    get: Get, data: Data, record_property: Record
) -> None:
    """Spec 06 T6 is 26355 bytes with the service's own font: ±8 % (docs/decisions/004)."""
    data(E)
    text = "text_SGVsbG8g5Zu-54mH5pyN5YqhIQ"
    reply = marked(get, text)
    assert reply.status == 200
    assert Image.open(io.BytesIO(reply.body)).size == (400, 267)
    request, here = f"watermark,{text}", len(reply.body)
    compare(record_property, "06 T6", request, service=26_355, here=here, share=0.08)


def test_an_image_watermark_is_drawn_at_its_position(get: Get) -> None:
    """The watermark object is drawn where the table of spec 02 §15.1 says."""
    reply = marked(get, f"{image('mark.png')},g_se,x_10,y_10", "canvas.png")
    result = Image.open(io.BytesIO(reply.body))
    assert (place(result, 290, 207), place(result, 389, 256)) == ((0, 0), (99, 49))
    assert result.getpixel((289, 207)) == (255, 255, 255)


def test_a_form_with_a_watermark_is_stored(ask: Ask, s3: "S3Client") -> None:
    """Spec 06 T17: percent-encoded, a `+` in the base64, an empty argument at the end."""
    text = "text_aGVsbG8g5Zu+54mH5pyN5Yqh77yB,color_ff6a00,"
    body = f"image/watermark,{text}|sys/saveas,o_{encode_base64('marked.png')}"
    reply = ask(
        "POST",
        "demo",
        N,
        by="owner",
        query=(("x-oss-process", ""),),
        body=f"x-oss-process={quote(body, safe='')}".encode(),
    )
    assert reply.status == 200, reply.body
    written = s3.get_object(Bucket="demo", Key="marked.png")["Body"].read()
    saved = Image.open(io.BytesIO(written)).convert("RGB")
    assert saved.size == (1024, 768)
    assert (0xFF, 0x6A, 0x00) in {colour for _, colour in saved.getcolors(1 << 20) or []}


def test_a_watermarked_animation_keeps_its_frames(get: Get) -> None:
    """A watermarked GIF keeps its ten frames (spec 03 §5)."""
    reply = marked(get, f"text_{HELLO},size_30/resize,w_185", "loop.gif")
    result = Image.open(io.BytesIO(reply.body))
    assert (result.format, result.size, getattr(result, "n_frames", 1)) == ("GIF", (185, 143), 10)


def test_a_grey_photograph_stays_grey_under_black_text(get: Get) -> None:
    """C-117: a grey JPEG stays of one channel under black text, and is RGB under coloured text."""
    modes = [
        Image.open(io.BytesIO(marked(get, f"text_{HELLO}{colour}", "grey.jpg").body)).mode
        for colour in ("", ",color_ff6a00")
    ]
    assert modes == ["L", "RGB"]


@pytest.mark.parametrize(
    ("watermark", "factors"),
    [(f"text_{HELLO}", [(1, 1)] * 3), (image("mark.png"), [(2, 2), (1, 1), (1, 1)])],
    ids=["text", "image"],
)
def test_text_keeps_chroma_at_full_resolution(
    get: Get, watermark: str, factors: list[tuple[int, int]]
) -> None:
    """A text watermark gives a JPEG of 4:4:4, others of 4:2:0 (docs/decisions/004)."""
    result = Image.open(io.BytesIO(marked(get, watermark).body))
    assert isinstance(result, JpegImageFile)
    assert [(across, down) for _, across, down, _ in result.layer] == factors


REFUSALS = [
    # The worked examples (spec 06 §5).
    ("", "MissingArgument", "0040-00000278"),
    ("image_notbase64", "BadRequest", "0040-00000265"),
    ("text_notbase64", "BadRequest", None),
    (f"text_{HELLO},type_notbase64", "BadRequest", "0040-00000250"),
    (f"text_{HELLO},color_AABBCCDD", "InvalidArgument", "0040-00000254"),
    (f"text_{HELLO},shadow_200", "InvalidArgument", "0040-00000255"),
    (f"text_{HELLO},fill_2", "InvalidArgument", "0040-00000274"),
    (f"text_{HELLO},fill_1,padx_5000", "InvalidArgument", "0040-00000276"),
    (f"text_{HELLO},fill_1,pady_5000", "InvalidArgument", None),
    (f"text_{HELLO},type_bm90c3VwcG9ydAo", "InvalidArgument", None),
    (f"image_{PANDA}", "WatermarkError", "0040-00000025"),
    (
        image("mark.png?x-oss-process=image/watermark,text_SGk"),
        "InvalidArgument",
        "0040-00000373",
    ),
    # Ranges and preparations of the other keys (spec 02 §15).
    ("text_", "MissingArgument", None),
    (f"text_{encode_base64('a' * 65)}", "InvalidArgument", None),
    (f"text_{encode_base64('图' * 22)}", "InvalidArgument", None),
    (image("mark.png?x-oss-process=style/small"), "InvalidArgument", None),
    (image("mark.png?x-oss-process=image/circle,r_10"), "InvalidArgument", None),
    (image("mark.png?x-oss-process=image/blur,r_3,s_2"), "InvalidArgument", None),
    (image("mark.png?x-oss-process=image/resize,P_101"), "InvalidArgument", None),
    (image("mark.png?x-oss-process=image/resize,w_0"), "InvalidArgument", "0040-00000312"),
    # Watermark objects that cannot be used.
    (image("notes.txt"), "WatermarkError", None),
    (image("empty"), "WatermarkError", None),
    (image("heavy.png"), "WatermarkError", None),
    (image("half.jpg"), "WatermarkError", None),
    (image("bomb.png"), "WatermarkError", None),
    (
        "/watermark,".join(image(f"mark-{number}.png") for number in range(4)),
        "WatermarkError",
        None,
    ),
]


@pytest.mark.parametrize(
    ("watermark", "code", "number"), REFUSALS, ids=[row[0][:60] for row in REFUSALS]
)
def test_an_invalid_watermark_has_its_documented_code(
    get: Get, watermark: str, code: str, number: str | None
) -> None:
    """All are 400; the EC only where it is known (C-82, C-83, C-85, C-86, C-88, C-136)."""
    reply = marked(get, watermark)
    assert reply.status == 400
    assert f"<Code>{code}</Code>".encode() in reply.body
    assert reply.headers.get("x-oss-ec") == number


def test_an_object_may_repeat(get: Get) -> None:
    """The limit is three different objects; repetitions and prepared ones count once (C-88)."""
    keys = ["mark.png", "mark.png?x-oss-process=image/resize,w_20", "canvas.png", E, "mark.png"]
    reply = marked(get, "/watermark,".join(f"{image(key)},t_50" for key in keys))
    assert reply.status == 200


def test_an_object_of_another_bucket_is_not_found(get: Get, s3: "S3Client") -> None:
    """The watermark object is looked up in the picture's bucket (spec 02 §15.2)."""
    s3.put_object(Bucket="closed", Key="only-there.png", Body=stored(coded((10, 10))))
    assert b"<Code>WatermarkError</Code>" in marked(get, image("only-there.png")).body
