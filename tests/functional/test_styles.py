"""The style API through the handler and DynamoDB on moto (spec 04 §1, §2)."""

import io
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from darkroom.auth.signed_request import Pairs
from tests.functional.conftest import Ask, Get, Reply
from tests.pictures import photographic, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "styled"


@pytest.fixture(autouse=True)
def clean(ask: Ask, s3: "S3Client") -> Iterator[None]:
    """Store a picture; delete all styles afterwards."""
    picture = stored(photographic((400, 267)), "JPEG")
    s3.put_object(Bucket=BUCKET, Key="example.jpg", Body=picture)
    yield
    for name in names(ask):
        ask("DELETE", BUCKET, by="owner", query=named(name))


def named(name: str, *more: tuple[str, str]) -> Pairs:
    """Return the query that names a style."""
    return ("style", ""), ("styleName", name), *more


def put(ask: Ask, name: str, content: str, *more: tuple[str, str]) -> Reply:
    """Put a style as SDKs do."""
    body = f"<Style><Content>{content}</Content></Style>".encode()
    return ask("PUT", BUCKET, by="owner", query=named(name, *more), body=body)


def names(ask: Ask) -> list[str]:
    """Return the names of the styles."""
    listed = ask("GET", BUCKET, by="owner", query=(("style", ""),))
    assert (listed.status, listed.headers["content-type"]) == (200, "application/xml")
    root = ET.fromstring(listed.body)
    assert root.tag == "StyleList"
    return [str(style.findtext("Name")) for style in root]


def code(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def test_styles_are_put_listed_read_and_deleted(ask: Ask) -> None:
    """Spec 06 T20: put, list, get and delete as SDKs call them."""
    assert names(ask) == []
    for name, width in (("imagestyle", 200), ("imagestyle1", 300)):
        reply = put(ask, name, f"image/resize,w_{width}")
        assert (reply.status, reply.body) == (200, b"")
    assert names(ask) == ["imagestyle", "imagestyle1"]
    one = ask("GET", BUCKET, by="owner", query=named("imagestyle1"))
    assert one.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    style = ET.fromstring(one.body)
    assert [child.tag for child in style] == [
        "Name",
        "Content",
        "Category",
        "CreateTime",
        "LastModifyTime",
    ]
    assert [child.text for child in style][:3] == ["imagestyle1", "image/resize,w_300", "image"]
    assert str(style.findtext("CreateTime")).endswith(" GMT")
    assert parsedate_to_datetime(str(style.findtext("LastModifyTime"))).tzinfo
    for _ in range(2):
        assert ask("DELETE", BUCKET, by="owner", query=named("imagestyle")).status == 204
    assert names(ask) == ["imagestyle1"]


def test_escaped_content_is_returned(ask: Ask) -> None:
    """Spec 06 T23: escaped content and the category are returned unchanged."""
    assert put(ask, "a", "x&lt;&amp;&gt;y", ("category", "document")).status == 200
    style = ET.fromstring(ask("GET", BUCKET, by="owner", query=named("a")).body)
    assert (style.findtext("Content"), style.findtext("Category")) == ("x<&>y", "document")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "MalformedXML"),
        (b"<Style>", "MalformedXML"),
        (b"<Style/>", "MalformedXML"),
        (b"<style><Content>image/info</Content></style>", "MalformedXML"),
        (b"<Style><content>image/info</content></Style>", "MalformedXML"),
        (b"<Style><Content>a</Content><Content>b</Content></Style>", "MalformedXML"),
        (b"<Style><Content><b>image/info</b></Content></Style>", "MalformedXML"),
        (b"<Style><Content>\xff</Content></Style>", "MalformedXML"),
        (b'<?xml version="1.0" encoding="nonsense"?><Style/>', "MalformedXML"),
        (b"<Style><Content>&other;</Content></Style>", "MalformedXML"),
        (
            b'<!DOCTYPE Style [<!ENTITY a "aaaa">]><Style><Content>&a;</Content></Style>',
            "MalformedXML",
        ),
        (
            b'<!DOCTYPE Style SYSTEM "file:///etc/passwd"><Style><Content>a</Content></Style>',
            "MalformedXML",
        ),
        (b"<Style>" + b"<a>" * 30_000, "MalformedXML"),
        (b"<Style><Content>%s</Content></Style>" % (b"x" * 70_000), "MalformedXML"),
        (b"<Style><Content></Content></Style>", "InvalidArgument"),
        (b"<Style><Content>image/info;</Content></Style>", "InvalidArgument"),
    ],
    ids=lambda value: value[:40].decode("latin1") if isinstance(value, bytes) else "",
)
def test_an_invalid_body_is_refused(ask: Ask, body: bytes, expected: str) -> None:
    """Spec 04 §1: malformed, differently structured or long bodies and entities are refused."""
    reply = ask("PUT", BUCKET, by="owner", query=named("a"), body=body)
    assert code(reply) == (400, expected)
    assert names(ask) == []


@pytest.mark.parametrize("declaration", [b"", b'<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_the_declaration_is_optional(ask: Ask, declaration: bytes) -> None:
    """A style is read with and without the XML declaration (spec 04 §1)."""
    body = declaration + b"<Style><Content>image/info</Content></Style>"
    assert ask("PUT", BUCKET, by="owner", query=named("a"), body=body).status == 200


def test_a_name_is_needed_to_put_and_to_delete(ask: Ask) -> None:
    """C-141, spec 06 T22: PUT and DELETE need a valid name."""
    body = b"<Style><Content>image/info</Content></Style>"
    for query in ((("style", ""),), named("@%$^&%(&(*(*")):
        assert code(ask("PUT", BUCKET, by="owner", query=query, body=body)) == (
            400,
            "InvalidArgument",
        )
        assert code(ask("DELETE", BUCKET, by="owner", query=query)) == (400, "InvalidArgument")


def test_an_unknown_style_or_bucket_is_not_found(ask: Ask) -> None:
    """404: NoSuchStyle, or NoSuchBucket with its number (spec 06 T24, T25)."""
    assert code(ask("GET", BUCKET, by="owner", query=named("none"))) == (404, "NoSuchStyle")
    for method in ("GET", "PUT", "DELETE"):
        reply = ask(method, "no-such-bucket", by="owner", query=named("a"))
        assert code(reply) == (404, "NoSuchBucket")
        assert reply.headers["x-oss-ec"] == "0015-00000101"


def test_all_three_forms_return_the_same_bytes(ask: Ask, get: Get) -> None:
    """Spec 04 §2: inline, style and delimiter return the same bytes, and HEAD their length."""
    put(ask, "small", "image/resize,w_100/rotate,90")
    inline = get("/styled/example.jpg", "x-oss-process=image/resize,w_100/rotate,90")
    style = get("/styled/example.jpg", "x-oss-process=style/small")
    delimited = get("/styled/example.jpg!small")
    assert inline.status == 200
    assert Image.open(io.BytesIO(inline.body)).size == (67, 100)
    assert style.body == delimited.body == inline.body
    head = get("/styled/example.jpg!small", method="HEAD")
    assert head.headers["content-length"] == str(len(inline.body))


def test_a_new_style_applies_at_once(ask: Ask, get: Get) -> None:
    """C-146: a put, changed or deleted style applies to the next request."""
    path, query = "/styled/example.jpg", "x-oss-process=style/small"
    assert code(get(path, query)) == (404, "NoSuchStyle")
    for width in (100, 50):
        put(ask, "small", f"image/resize,w_{width}")
        assert Image.open(io.BytesIO(get(path, query).body)).width == width
    ask("DELETE", BUCKET, by="owner", query=named("small"))
    assert code(get(path, query)) == (404, "NoSuchStyle")


def test_invalid_content_fails_when_it_is_used(ask: Ask, get: Get) -> None:
    """Spec 04 §1: a PUT accepts invalid content; its use is a 400."""
    assert put(ask, "aaa", "csdar5324").status == 200
    reply = get("/styled/example.jpg", "x-oss-process=style/aaa")
    assert code(reply) == (400, "InvalidArgument")


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("example.jpg!none", "", (404, "NoSuchStyle")),
        ("none.jpg!none", "", (404, "NoSuchKey")),
        ("none.jpg!small", "", (404, "NoSuchKey")),
        # C-152: the process decides, and the path is a plain key
        ("example.jpg!small", "x-oss-process=image/info", (404, "NoSuchKey")),
    ],
)
def test_a_delimited_path_that_is_not_found(
    ask: Ask, get: Get, path: str, query: str, expected: tuple[int, str]
) -> None:
    """C-150, 4: NoSuchStyle if the object exists, NoSuchKey otherwise."""
    put(ask, "small", "image/resize,w_100")
    assert code(get(f"/styled/{path}", query)) == expected


def test_a_key_with_a_delimiter_is_served(ask: Ask, get: Get, s3: "S3Client") -> None:
    """C-150, 4: a key with a delimiter is served unless a style has the name after it."""
    s3.put_object(Bucket=BUCKET, Key="my-photo.txt", Body=b"plain")
    assert get("/styled/my-photo.txt").body == b"plain"
    put(ask, "photo.txt", "image/info")
    assert code(get("/styled/my-photo.txt")) == (404, "NoSuchKey")


def test_a_delimited_path_is_signed_as_sent(ask: Ask) -> None:
    """C-153: the signature covers key, delimiter and style."""
    put(ask, "small", "image/resize,w_100")
    reply = ask("GET", BUCKET, "example.jpg!small", by="owner")
    assert Image.open(io.BytesIO(reply.body)).width == 100
