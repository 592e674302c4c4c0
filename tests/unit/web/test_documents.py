"""Stored files that are no pictures cannot act: sandboxed, or sent as downloads."""

import pytest

from darkroom.ports.objects import ObjectInfo
from darkroom.usecases.objects import OpenedObject
from darkroom.web.responses import download_overrides, is_picture, sandbox_headers
from tests.fakes.objects import MemoryObjects

PICTURES = ["image/jpeg", "image/png", "IMAGE/WebP", "image/heic", "image/gif; q=1", "image/x-icon"]

ACTIVE = [
    *("text/html", "text/html; charset=utf-8", "image/svg+xml", "IMAGE/SVG+XML", "text/xml"),
    *("application/xml", "application/xhtml+xml", "application/pdf", "application/json", ""),
    *("text/plain", "application/octet-stream", "image", "image/", "x-image/png", "multipart/x"),
    # A browser takes the last type of a list, and reads parameters as it likes.
    *("image/png,text/html", "image/png;a=b,text/html", "image/png text/html", "image/x+xml;a"),
    *("image/png\ttext/html", "image/vnd.xml-thing"),
]


@pytest.mark.parametrize("content_type", PICTURES)
def test_pictures_have_no_policy(content_type: str) -> None:
    """A browser shows them and runs nothing."""
    assert is_picture(content_type)
    assert sandbox_headers({"content-type": content_type}) == {}


@pytest.mark.parametrize("content_type", ACTIVE)
def test_everything_else_is_sandboxed(content_type: str) -> None:
    """Also without a content type, and under a type that a browser may read otherwise."""
    assert not is_picture(content_type)
    assert sandbox_headers({"content-type": content_type}) == {"content-security-policy": "sandbox"}
    assert sandbox_headers({}) == {"content-security-policy": "sandbox"}


def opened(content_type: str, disposition: str | None = None) -> OpenedObject:
    """Return an opened object."""
    objects = MemoryObjects()
    objects.add("demo", "a")
    info = objects.head("demo", "a")
    headers = {} if disposition is None else {"content-disposition": disposition}
    fields = {name: getattr(info, name) for name in ObjectInfo.__struct_fields__}
    described = ObjectInfo(**{**fields, "content_type": content_type, "headers": headers})
    return OpenedObject(info=described, not_modified=False)


@pytest.mark.parametrize(
    ("content_type", "stored", "chosen", "expected"),
    [
        ("text/html", None, {}, "attachment"),
        ("text/html", "inline", {}, "attachment"),
        ("text/html", 'inline; filename="a.html"', {}, 'attachment; filename="a.html"'),
        ("text/html", 'attachment; filename="a"', {}, 'attachment; filename="a"'),
        ("text/html", None, {"content-disposition": "inline;x=y"}, "attachment;x=y"),
        ("image/png", None, {"content-type": "text/html"}, "attachment"),
        ("image/png", None, {}, None),
        ("image/png", "inline", {}, None),
    ],
)
def test_a_download_keeps_the_name_of_its_file(
    content_type: str, stored: str | None, chosen: dict[str, str], expected: str | None
) -> None:
    """Whatever the object or the request says; pictures stay as they are."""
    overrides = download_overrides(opened(content_type, stored), chosen)
    assert overrides.get("content-disposition") == expected
    assert chosen.items() - {("content-disposition", chosen.get("content-disposition"))} <= (
        overrides.items()
    )
