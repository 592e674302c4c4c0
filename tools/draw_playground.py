"""Take the pictures of the page in docs/images, in Chromium by Playwright.

make run, then .venv/bin/python tools/draw_playground.py http://127.0.0.1:8001
"""

import argparse
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs/images"
SIZE = (1280, 800)
QUALITY = 80

ENGLISH = (
    "image/resize,w_900/bright,-10/contrast,18/"
    "watermark,text_wqkgRGFya3Jvb20,color_FFFFFF,size_34,shadow_60/format,webp"
)
CHINESE = (
    "image/resize,w_1200/crop,w_900,h_500,x_180,y_120/"
    "watermark,text_5pqX5oi_,type_ZmFuZ3poZW5na2FpdGk,color_FFFFFF,size_60/quality,Q_80"
)


def main() -> None:
    """Write playground.jpg and playground-zh.jpg."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="URL of the page")
    url = parser.parse_args().url
    program = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, picture in _pictures(browser, url):
            with Image.open(io.BytesIO(picture)) as image:
                image.convert("RGB").save(IMAGES / name, quality=QUALITY, optimize=True)
        browser.close()


def _pictures(browser: Browser, url: str) -> Iterator[tuple[str, bytes]]:
    """Yield the comparison in English, and the crop on the picture in Chinese and dark."""
    size = ViewportSize(width=SIZE[0], height=SIZE[1])
    page = browser.new_context(viewport=size, locale="en-US").new_page()
    page.goto(f"{url}/#/demo/landscape.jpg?{ENGLISH}")
    page.get_by_role("button", name="Before / after").click()
    page.locator(".before").wait_for()
    page.get_by_role("slider", name="Position of the border").fill("42")
    yield "playground.jpg", _settled(page)
    context = browser.new_context(viewport=size, locale="zh-CN", color_scheme="dark")
    page = context.new_page()
    page.goto(f"{url}/#/demo/landscape.jpg?{CHINESE}")
    page.locator("#step1-handle").click()
    page.locator("#crop-box").wait_for()
    page.locator("input[name=snippet][value=oss2]").check()
    yield "playground-zh.jpg", _settled(page)


def _settled(page: Page) -> bytes:
    page.wait_for_timeout(1500)
    return page.screenshot()


if __name__ == "__main__":
    main()
