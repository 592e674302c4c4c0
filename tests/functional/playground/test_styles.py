"""Styles: saved, listed with previews, used, loaded, imported and deleted."""

import io
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import oss2
from PIL import Image

from tests.functional.clients.conftest import KEY_ID, SECRET, Addresses
from tests.functional.playground.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROCESS = "image/resize,w_300/watermark,text_SGVsbG8,color_FFFFFF"

EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<StyleList>
  <Style><Name>imported-one</Name><Content>image/resize,w_40</Content>
    <CreateTime>Wed, 20 May 2020 12:07:15 GMT</CreateTime></Style>
  <Style><Name>imported two</Name><Content>image/resize,w_50</Content></Style>
  <Style><Name>imported.3</Name><Content>image/crop,w_60,h_60/format,png</Content></Style>
</StyleList>
"""
"""A response of OSS; the second name is not one that a style can have."""


def open_styles(visit: Visit, process: str = PROCESS) -> "Page":
    """Open the page at its panel of styles."""
    page = visit.open(process)
    page.get_by_role("radio", name="Styles").check()
    page.get_by_label("Name of the style").wait_for()
    return page


def size_of_style(addresses: Addresses, name: str) -> tuple[int, int]:
    """Return the size of the sample processed by a style, fetched by its URL."""
    url = f"{addresses.service}/demo/landscape.jpg?x-oss-process=style/{name}"
    with urlopen(url, timeout=20) as response:
        return Image.open(io.BytesIO(response.read())).size


def bucket(addresses: Addresses) -> oss2.Bucket:
    """Return the SDK's client of the bucket."""
    return oss2.Bucket(oss2.Auth(KEY_ID, SECRET), addresses.service, "demo", is_path_style=True)


def test_a_style_is_saved_used_loaded_and_deleted(visit: Visit) -> None:
    """By the page; used by its URL and by an SDK."""
    page = open_styles(visit)
    name = page.get_by_label("Name of the style")
    name.fill("not a name")
    page.get_by_text("Use 1 to 63 letters, digits, _, . or -.").wait_for()
    assert page.get_by_role("button", name="Save").is_disabled()
    name.fill("web_small-1.0")
    name.press("Enter")
    page.get_by_text("The style web_small-1.0 is saved.").wait_for()
    card = page.locator("ul.styles li", has_text="web_small-1.0")
    card.locator("img").evaluate("(image) => image.decode()")
    assert size_of_style(visit.addresses, "web_small-1.0") == (300, 200)
    result = bucket(visit.addresses).get_object("landscape.jpg", process="style/web_small-1.0")
    assert Image.open(io.BytesIO(result.read())).size == (300, 200)
    page.get_by_role("radio", name="URL and code").check()
    page.get_by_role("checkbox", name="Use the style web_small-1.0").uncheck()
    assert page.locator("#code").inner_text().endswith(f"?x-oss-process={PROCESS}")
    page.get_by_role("checkbox", name="Use the style web_small-1.0").check()
    assert page.locator("#code").inner_text().endswith("?x-oss-process=style/web_small-1.0")
    page.locator("#process").fill("image/rotate,90")
    assert page.locator("#code").inner_text().endswith("?x-oss-process=image/rotate,90")
    page.get_by_role("radio", name="Styles").check()
    card.get_by_role("button", name="Load").click()
    assert visit.process == PROCESS
    page.get_by_label("Width", exact=False).and_(page.locator("#step0-w")).fill("200")
    page.get_by_role("button", name="Save").click()
    question = page.locator("#confirm")
    assert "Replace the style web_small-1.0?" in question.inner_text()
    question.get_by_role("button", name="Save").click()
    page.get_by_text("web_small-1.0 is saved.").wait_for()
    page.locator("ul.styles code", has_text="w_200").wait_for()
    card.get_by_role("button", name="Delete").click()
    question.get_by_role("button", name="Close").click()
    assert card.count() == 1
    card.get_by_role("button", name="Delete").click()
    question.get_by_role("button", name="Delete").click()
    page.get_by_text("The style web_small-1.0 is deleted.").wait_for()
    assert card.count() == 0


def test_an_export_is_imported(visit: Visit, tmp_path: Path) -> None:
    """What the service accepts is saved, and the rest is named with the reason."""
    page = open_styles(visit)
    file = tmp_path / "styles.xml"
    file.write_text(EXPORT)
    page.locator("#panel input[type=file]").set_input_files(file)
    page.get_by_text("2 styles are imported.").wait_for()
    assert "imported two is not saved" in page.locator("#panel .error").inner_text()
    assert size_of_style(visit.addresses, "imported-one") == (40, 27)
    assert size_of_style(visit.addresses, "imported.3") == (60, 60)
    file.write_text("<html>no list</html>")
    page.locator("#panel input[type=file]").set_input_files(file)
    page.get_by_text("The file is no list of styles.").wait_for()


def test_styles_need_a_key(visit: Visit) -> None:
    """Without a key the panel says so, and lists nothing."""
    page = open_styles(visit)
    page.locator("#access-key").click()
    page.get_by_role("button", name="Forget").click()
    page.get_by_text("Styles need an access key with the permission admin.").wait_for()
    assert page.locator("ul.styles").count() == 0
