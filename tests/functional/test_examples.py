"""The worked examples of the interface, through the handler (spec 06)."""

import hashlib
import io
import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.conftest import Data
from tests.evidence.results import Record, compare
from tests.functional.conftest import Get, Reply

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

E = "example.jpg"
F = "f.jpg"
N = "nodejs-1024x768.png"


@pytest.fixture(scope="module", autouse=True)
def pictures(s3: "S3Client", sample: Data) -> None:
    """Put the reference pictures, and drawn ones of the sizes in the tables, into `demo`."""
    for name in (E, F, N):
        s3.put_object(Bucket="demo", Key=name, Body=sample(name))
    for size in ((200, 100), (200, 400), (3924, 2550), (267, 400), (400, 300), (200, 200)):
        s3.put_object(Bucket="demo", Key=drawn(*size), Body=png(*size))
    for size in ((1, 5), (1, 1), (1000, 1), (5100, 100), (30_000, 1), (30_001, 1)):
        s3.put_object(Bucket="demo", Key=drawn(*size), Body=png(*size))
    s3.put_object(Bucket="demo", Key="notes.txt", Body=b"no picture at all")


@pytest.fixture
def reference(data: Data) -> bytes:
    """Return the picture of which the service's numbers were recorded."""
    return data(E)


def drawn(width: int, height: int) -> str:
    """Return the key of the drawn picture of a size."""
    return f"{width}x{height}.png"


def png(width: int, height: int) -> bytes:
    """Draw a picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#336699").save(buffer, "PNG")
    return buffer.getvalue()


def etag(body: bytes) -> str:
    """Compute the ETag of an object that was stored by one PUT."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest().upper()


def opened(reply: Reply) -> Image.Image:
    """Open the picture of a reply."""
    assert reply.status == 200, reply.body
    return Image.open(io.BytesIO(reply.body))


GEOMETRY = [
    # From the integration tests of the SDKs (spec 06 §1).
    (E, "resize,m_fixed,w_100,h_100", (100, 100)),
    (E, "crop,w_100,h_100,x_100,y_100,r_1", (100, 100)),
    (E, "rotate,90", (267, 400)),
    (E, "resize,m_fixed,w_100,h_100/rotate,90", (100, 100)),
    (N, "resize,w_200", (200, 150)),
    # Documented by the vendor (spec 06 §3).
    (drawn(200, 100), "resize,w_150,h_80", (150, 75)),
    (drawn(200, 100), "resize,m_mfit,w_150,h_80", (160, 80)),
    (drawn(200, 100), "resize,m_fill,w_150,h_80", (150, 80)),
    (drawn(200, 100), "resize,m_pad,w_150,h_80", (150, 80)),
    (drawn(200, 100), "resize,m_fixed,w_150,h_80", (150, 80)),
    (drawn(200, 100), "resize,m_fixed,h_100", (100, 100)),
    (drawn(200, 100), "resize,h_100", (200, 100)),
    (drawn(200, 400), "resize,w_100,h_100", (50, 100)),
    (drawn(200, 400), "resize,m_mfit,w_100,h_100", (100, 200)),
    (drawn(3924, 2550), "resize,l_900,h_600", (923, 600)),
    (drawn(3924, 2550), "resize,l_923,h_600", (923, 600)),
    (F, "resize,w_100/auto-orient,1", (100, 127)),
    (F, "resize,w_100/auto-orient,0", (100, 79)),
    (F, "auto-orient,1", (333, 424)),
    (E, "crop,x_100,y_50,w_100,h_100", (100, 100)),
    (E, "crop,w_200,h_200,g_se", (200, 200)),
    (E, "indexcrop,x_100,i_0", (100, 267)),
    (E, "indexcrop,x_100,i_100", (400, 267)),
    (E, "indexcrop,y_100,i_10", (400, 267)),
    (E, "circle,r_100", (201, 201)),
    (E, "resize,w_500", (400, 267)),
    # Derived from documented rules (spec 06 §4).
    (E, "resize,w_100", (100, 67)),
    (E, "resize,h_100", (150, 100)),
    (E, "resize,l_100", (100, 67)),
    (E, "resize,s_100", (150, 100)),
    (E, "resize,w_200,h_200", (200, 134)),
    (E, "resize,m_mfit,w_100,h_100", (150, 100)),
    (E, "resize,w_300/quality,q_90", (300, 200)),
    (E, "resize,p_50", (200, 134)),
    (E, "resize,p_63", (252, 168)),
    (E, "resize,p_200,limit_0", (800, 534)),
    (E, "resize,p_200", (400, 267)),
    (E, "resize,w_500,limit_0", (500, 334)),
    (E, "resize,m_pad,h_100,w_100,color_FF0000", (100, 100)),
    (E, "resize,m_pad,w_500,h_100", (500, 100)),
    (E, "resize,m_fill,h_100", (100, 100)),
    (E, "resize,m_pad,w_100", (100, 100)),
    (E, "resize,l_200,s_100", (150, 100)),
    (E, "resize,m_mfit,l_200,s_150", (225, 150)),
    (E, "resize,w_401,h_100", (150, 100)),
    (E, "resize,m_mfit,w_401,h_10", (400, 267)),
    (E, "resize,m_fill,w_300,h_300,limit_0/auto-orient,0/quality,q_90", (300, 300)),
    (E, "resize,m_fill,w_300,h_300", (400, 267)),
    (E, "resize,m_fixed,w_500,h_100", (400, 267)),
    (drawn(267, 400), "resize,l_100", (67, 100)),
    (E, "resize,w_200/rotate,90", (134, 200)),
    (E, "rotate,180", (400, 267)),
    (E, "rotate,270", (267, 400)),
    (E, "rotate,0", (400, 267)),
    (E, "rotate,360", (400, 267)),
    (E, "rotate,70", (388, 467)),
    (E, "rotate,45", (472, 472)),
    (E, "rotate,30", (480, 431)),
    (E, "crop,x_100,y_50", (300, 217)),
    (E, "crop,x_10,y_10,w_200,h_200,g_se", (190, 190)),
    (E, "crop,w_1000,h_1000", (400, 267)),
    (E, "indexcrop,x_150,i_2", (100, 267)),
    (E, "indexcrop,y_100,i_2", (400, 67)),
    (E, "indexcrop,x_100,y_100,i_1", (400, 100)),
    (E, "circle,r_1000", (267, 267)),
    (drawn(400, 300), "circle,r_500", (299, 299)),
    (drawn(200, 200), "circle,r_100", (199, 199)),
    (drawn(1, 5), "circle,r_3", (1, 1)),
    (E, "rounded-corners,r_30", (400, 267)),
    (E, "blur,r_3,s_2", (400, 267)),
    (E, "bright,50", (400, 267)),
    (E, "contrast,-50", (400, 267)),
    # At the limits (spec 03 §7).
    (drawn(30_000, 1), "resize,w_100", (100, 1)),
    (drawn(1000, 1), "resize,w_100", (100, 1)),
    (drawn(5100, 100), "resize,w_2000/rotate,90", (39, 2000)),
    (E, "resize,m_fixed,w_4096,h_4096,limit_0", (4096, 4096)),
]


@pytest.mark.parametrize(("key", "process", "size"), GEOMETRY, ids=str)
def test_a_result_has_the_documented_size_and_format(
    get: Get, key: str, process: str, size: tuple[int, int]
) -> None:
    """Sizes are exact; without `format` the source's format stays."""
    picture = opened(get(f"/demo/{key}", f"x-oss-process=image/{process}"))
    assert picture.size == size
    assert picture.format == ("JPEG" if key.endswith(".jpg") else "PNG")


@pytest.mark.parametrize("process", ["circle,r_100", "rounded-corners,r_30"])
def test_cut_corners_are_transparent_or_white(get: Get, process: str) -> None:
    """Cut corners are transparent in a PNG and white in a JPEG (spec 02 §4, §5)."""
    white = opened(get(f"/demo/{E}", f"x-oss-process=image/{process}"))
    assert (white.format, white.mode) == ("JPEG", "RGB")
    pixel = white.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 247
    clear = opened(get(f"/demo/{E}", f"x-oss-process=image/{process}/format,png"))
    assert (clear.format, clear.mode) == ("PNG", "RGBA")
    assert clear.getchannel("A").getpixel((0, 0)) == 0
    assert clear.getchannel("A").getpixel((100, 100)) == 255


BYTES = [
    ("T2", "resize,m_fixed,w_100,h_100", (3267, 0.03)),
    ("T3", "crop,w_100,h_100,x_100,y_100,r_1", (1969, 0.05)),
    ("T4", "rotate,90", (20_998, 0.0)),
    ("T5", "sharpen,100", (23_015, 0.03)),
    ("T7", "format,png", (160_733, 0.03)),
]


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(("name", "process", "size_share"), BYTES, ids=str)
def test_a_result_has_the_byte_size_of_the_service(
    get: Get, record_property: Record, name: str, process: str, size_share: tuple[int, float]
) -> None:
    """The byte size is that of the live service, within a share of it (spec 06 §1)."""
    reply = get(f"/demo/{E}", f"x-oss-process=image/{process}")
    here, (size, share) = len(reply.body), size_share
    compare(record_property, f"06 {name}", process, service=size, here=here, share=share)


ERRORS = [
    (E, "image/", 400, "InvalidArgument"),
    (E, "image/slim,1", 400, "InvalidArgument"),
    (E, "image/rotate", 400, "MissingArgument"),
    (E, "image/rotate,abc", 400, "InvalidArgument"),
    (E, "image/rotate,400", 400, "InvalidArgument"),
    (E, "image/rotate,a_90", 400, "InvalidArgument"),
    (E, "image/rotate,90,200,300", 400, "InvalidArgument"),
    (E, "image/format", 400, "MissingArgument"),
    (E, "image/format,dng", 400, "InvalidArgument"),
    (E, "image/format,f_webp", 400, "InvalidArgument"),
    (E, "image/quality", 400, "MissingArgument"),
    (E, "image/quality,Q_200", 400, "InvalidArgument"),
    (E, "image/quality,q_200", 400, "InvalidArgument"),
    (E, "image/quality,200", 400, "InvalidArgument"),
    (E, "image/resize,w_0", 400, "InvalidArgument"),
    (E, "image/resize,w_0,h_0", 400, "InvalidArgument"),
    (E, "image/resize,l_0", 400, "InvalidArgument"),
    (E, "image/resize,s_0", 400, "InvalidArgument"),
    (E, "image/resize,p_0", 400, "InvalidArgument"),
    (E, "image/resize,w_100,limit_3", 400, "InvalidArgument"),
    (E, "image/resize,w_100,m_abc", 400, "InvalidArgument"),
    (E, "image/resize,w_16385", 400, "InvalidArgument"),
    (E, "image/resize", 400, "MissingArgument"),
    (E, "image/resize,m_fixed,w_5000,h_5000,limit_0", 400, "ImageTooLarge"),
    (E, "image/resize,m_fixed,w_4097,h_4096,limit_0", 400, "ImageTooLarge"),
    (E, "image/crop,x_100,y_50,w_abc,h_100", 400, "InvalidArgument"),
    (E, "image/crop,x_100,y_50,w_100,h_-1", 400, "InvalidArgument"),
    (E, "image/crop,x_400", 400, "BadRequest"),
    (drawn(1, 1), "image/crop,x_10,y_10,w_100,h_100", 400, "BadRequest"),
    (E, "image/indexcrop,x_0,i_0", 400, "InvalidArgument"),
    (E, "image/circle", 400, "MissingArgument"),
    (E, "image/circle,r_abc", 400, "InvalidArgument"),
    (E, "image/circle,r_5000", 400, "InvalidArgument"),
    (E, "image/rounded-corners", 400, "MissingArgument"),
    (E, "image/rounded-corners,r_5000", 400, "InvalidArgument"),
    (E, "image/blur", 400, "MissingArgument"),
    (E, "image/blur,r_200,s_25", 400, "InvalidArgument"),
    (E, "image/blur,r_3,s_abc", 400, "InvalidArgument"),
    (E, "image/bright", 400, "MissingArgument"),
    (E, "image/bright,200", 400, "InvalidArgument"),
    (E, "image/sharpen", 400, "MissingArgument"),
    (E, "image/sharpen,10", 400, "InvalidArgument"),
    (E, "image/resize,s_700,limit_0/info", 400, "InvalidArgument"),
    (E, "image/resize,w_100/average-hue", 400, "InvalidArgument"),
    (E, "image/blindwatermark,content_SGVsbG8", 501, "NotImplemented"),
    (E, "image/blur,r_3,s_2,g_face", 501, "NotImplemented"),
    (E, "image/crop,g_face", 501, "NotImplemented"),
    ("notes.txt", "image/resize,w_50", 400, "BadRequest"),
    ("nowhere.jpg", "image/format,jpg", 404, "NoSuchKey"),
    (E, "style/nope", 404, "NoSuchStyle"),
    (E, "style/", 400, "InvalidArgument"),
    (E, "image/resize,w_100|sys/saveas,o_dGVzdC5qcGc", 400, "InvalidArgument"),
    (E, "video/convert,f_mp4", 501, "NotImplemented"),
    (drawn(30_001, 1), "image/resize,w_100", 400, "ImageTooLarge"),
    (drawn(5100, 100), "image/rotate,90", 400, "BadRequest"),
]


@pytest.mark.parametrize(("key", "process", "status", "code"), ERRORS, ids=str)
def test_an_invalid_request_has_its_documented_code(
    get: Get, key: str, process: str, status: int, code: str
) -> None:
    """Those of spec 06 §5, 03 §7, C-16, C-130 – C-132; errors are not cached."""
    reply = get(f"/demo/{key}", f"x-oss-process={process}")
    assert reply.status == status
    assert f"<Code>{code}</Code>".encode() in reply.body
    assert reply.headers["cache-control"] == "no-store"


def test_the_reference_picture_is_the_vendors(reference: bytes) -> None:
    """Length and ETag equal those in the SDKs' documentation (spec 06 §1)."""
    assert len(reference) == 21_839
    assert etag(reference) == "1C71822C6C732797FA709920F1425CEC"


def test_info_has_the_layout_of_the_service(get: Get, sample: Data) -> None:
    """The text equals that of the service byte by byte (spec 06 §1, §2)."""
    reply = get(f"/demo/{E}", "x-oss-process=image/info")
    assert reply.headers["content-type"] == "application/json"
    assert reply.body.decode() == (
        "{\n"
        f'    "FileSize": {{"value": "{len(sample(E))}"}},\n'
        '    "Format": {"value": "jpg"},\n'
        '    "FrameCount": {"value": "1"},\n'
        '    "ImageHeight": {"value": "267"},\n'
        '    "ImageWidth": {"value": "400"},\n'
        '    "ResolutionUnit": {"value": "1"},\n'
        '    "XResolution": {"value": "1/1"},\n'
        '    "YResolution": {"value": "1/1"}}'
    )


def test_info_of_a_result_shows_the_encoders_density(get: Get, s3: "S3Client") -> None:
    """A processed JPEG carries density 1:1 without a unit (spec 03 §3)."""
    small = get(f"/demo/{E}", "x-oss-process=image/resize,m_fixed,w_100,h_100")
    s3.put_object(Bucket="demo", Key="small.jpg", Body=small.body)
    members = json.loads(get("/demo/small.jpg", "x-oss-process=image/info").body)
    assert {name: member["value"] for name, member in members.items()} == {
        "FileSize": str(len(small.body)),
        "Format": "jpg",
        "FrameCount": "1",
        "ImageHeight": "100",
        "ImageWidth": "100",
        "ResolutionUnit": "1",
        "XResolution": "1/1",
        "YResolution": "1/1",
    }


@pytest.mark.usefixtures("reference")
def test_average_hue_is_the_documented_colour(get: Get, record_property: Record) -> None:
    """0x5c783b for the reference picture, laid out as `info` is (spec 02 §17, 06 §2)."""
    reply = get(f"/demo/{E}", "x-oss-process=image/average-hue")
    assert reply.headers["content-type"] == "application/json"
    assert reply.body.decode() == '{\n    "RGB": "0x5c783b"}'
    colour = json.loads(reply.body)["RGB"]
    row, action = "06 §2", "average-hue"
    compare(record_property, row, action, service="0x5c783b", here=colour, share=0)


INFO = (
    '{"FileSize": "21839", "Format": "jpg", "FrameCount": "1", "ImageHeight": "267", '
    '"ImageWidth": "400", "ResolutionUnit": "1", "XResolution": "1/1", "YResolution": "1/1"}'
)


@pytest.mark.usefixtures("reference")
def test_info_of_the_reference_picture(get: Get, record_property: Record) -> None:
    """Exactly the documented members, in their order (spec 06 T1, §2)."""
    members = json.loads(get(f"/demo/{E}", "x-oss-process=image/info").body)
    here = json.dumps({name: member["value"] for name, member in members.items()})
    compare(record_property, "06 T1", "info", service=INFO, here=here, share=0)
