"""The picture: facts, comparison, zoom, handles on it, sources, and the address."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import oss2
import pytest
from PIL import Image

from tests.functional.clients.conftest import KEY_ID, PRIVATE, SECRET, Addresses
from tests.functional.playground.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

CROP = "image/resize,w_600/crop,w_200,h_100,x_50,y_40"

type Sides = tuple[int, int]


def shown_size(page: "Page") -> Sides:
    """Return the size of the shown result in its own pixels."""
    width, height = page.locator(".after").evaluate("(e) => [e.naturalWidth, e.naturalHeight]")
    return width, height


def bucket(addresses: Addresses, name: str = PRIVATE) -> oss2.Bucket:
    """Return a client of a bucket."""
    auth = oss2.Auth(KEY_ID, SECRET)
    return oss2.Bucket(auth, addresses.service, name, is_path_style=True)


def test_the_result_and_its_facts(visit: Visit) -> None:
    """Type, size, bytes, per cent of the source, and the stages of the service."""
    page = visit.open("image/resize,w_300/format,png")
    visit.wait_for_result()
    assert shown_size(page) == (300, 200)
    facts = page.locator(".facts").inner_text()
    for pattern in (r"PNG", r"300 × 200", r"[\d,]+ bytes", r"[\d.]+ % of the source", r"\d+ ms"):
        assert re.search(pattern, facts), pattern
    stages = page.locator(".timing li").all_inner_texts()
    assert [text.split()[0] for text in stages] == [
        "store",
        "decode",
        "pixels",
        "encode",
        "deliver",
    ]


def test_before_and_after_have_one_geometry(visit: Visit) -> None:
    """The picture before has the steps that move pixels alone; the border moves by keys."""
    page = visit.open("image/resize,w_400/rotate,90/bright,60")
    visit.wait_for_result()
    with page.expect_response(lambda answer: "format%2Cpng" in answer.url) as response:
        page.get_by_role("button", name="Before / after").click()
    assert "image/resize,w_400/rotate,90/format,png" in unquote(response.value.url)
    split = page.get_by_role("slider", name="Position of the border")
    split.wait_for()
    box, before = page.locator(".after").bounding_box(), page.locator(".before").bounding_box()
    assert box == before
    split.press("Home")
    clip = "(e) => getComputedStyle(e).clipPath"
    assert page.locator(".before").evaluate(clip) == "inset(0px 100% 0px 0px)"
    split.press("End")
    assert page.locator(".before").evaluate(clip) in ("inset(0px)", "inset(0px 0% 0px 0px)")


def test_zoom(visit: Visit) -> None:
    """At 1:1 one pixel of the result is one pixel of the screen; it scrolls by keys."""
    page = visit.open("image/resize,w_2000")
    visit.wait_for_result()
    box = page.locator(".after").bounding_box()
    assert box
    assert box["width"] < 1100
    page.get_by_role("radio", name="1:1").check()
    page.wait_for_timeout(200)
    box = page.locator(".after").bounding_box()
    assert box
    assert box["width"] == 2000


def test_the_crop_is_drawn_on_the_picture(visit: Visit) -> None:
    """The box is moved and sized by the pointer and by arrow keys, in pixels of that step."""
    page = visit.open(CROP)
    visit.wait_for_result()
    assert shown_size(page) == (200, 100)
    page.locator("#step1-handle").click()
    page.locator("#crop-box").wait_for()
    assert shown_size(page) == (600, 400)
    page.locator("#crop-box").press("ArrowRight")
    page.locator("#crop-box").press("Shift+ArrowUp")
    page.locator("#crop-size").press("Shift+ArrowLeft")
    page.locator("#crop-size").press("ArrowDown")
    assert visit.process == "image/resize,w_600/crop,w_190,h_101,x_51,y_30"
    drag(page, "#crop-box", 60, 40)
    assert visit.process == "image/resize,w_600/crop,w_190,h_101,x_111,y_70"
    drag(page, "#crop-size", 10_000, 10_000)
    assert visit.process == "image/resize,w_600/crop,w_489,h_330,x_111,y_70"
    page.get_by_role("button", name="Done").click()
    page.locator("#crop-box").wait_for(state="detached")
    visit.wait_for_result()
    assert shown_size(page) == (489, 330)


def drag(page: "Page", selector: str, dx: int, dy: int) -> None:
    """Drag a handle by pixels of the picture."""
    frame = page.locator(".after").bounding_box()
    box = page.locator(selector).bounding_box()
    assert frame
    assert box
    scale = frame["width"] / shown_size(page)[0]
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx * scale / 2, y + dy * scale / 2)
    page.mouse.move(x + dx * scale, y + dy * scale)
    page.mouse.up()


def test_a_crop_with_a_gravity_keeps_its_place(visit: Visit) -> None:
    """The first move turns gravity and offsets into offsets from the upper left corner."""
    page = visit.open("image/resize,w_600/crop,w_200,h_100,g_center")
    page.locator("#step1-handle").click()
    page.locator("#crop-box").press("ArrowRight")
    assert visit.process == "image/resize,w_600/crop,w_200,h_100,x_201,y_150"


def test_a_mark_is_moved_on_the_picture(visit: Visit) -> None:
    """Its point keeps to the nearest of nine gravities, with the distances from there."""
    page = visit.open("image/resize,w_600/watermark,text_SGk/rotate,90")
    page.locator("#step1-handle").click()
    page.locator("#mark-point").wait_for()
    assert shown_size(page) == (600, 400)
    page.locator("#mark-point").press("Shift+ArrowLeft")
    assert visit.process == "image/resize,w_600/watermark,text_SGk,x_20/rotate,90"
    drag(page, "#mark-point", -540, -350)
    assert "watermark,text_SGk,g_nw,x_40,y_40" in visit.process
    drag(page, "#mark-point", 0, 150)
    assert "watermark,text_SGk,g_west,x_40,voffset_-10" in visit.process


def test_a_picture_is_chosen_from_a_bucket(visit: Visit) -> None:
    """With thumbnails, a prefix, and more pictures on demand."""
    store = bucket(visit.addresses)
    body = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(body, "PNG")
    for number in range(30):
        store.put_object(f"many/{number:02}.png", body.getvalue())
    page = visit.open()
    page.locator("#choose").click()
    dialog = page.get_by_role("dialog", name="Pictures of a bucket")
    dialog.get_by_label("Bucket").fill(PRIVATE)
    dialog.get_by_label("Prefix").fill("many/")
    dialog.get_by_role("button", name="List").click()
    dialog.get_by_role("button", name="many/23.png").wait_for()
    images = dialog.locator("signed-picture img")
    assert images.count() == 24
    images.first.evaluate("(image) => image.decode()")
    dialog.get_by_role("button", name="Load more").click()
    dialog.get_by_role("button", name="many/29.png").click()
    visit.wait_for_result()
    assert shown_size(page) == (40, 30)
    assert page.url.endswith(f"#/{PRIVATE}/many/29.png")


def test_a_file_is_stored_after_a_question(visit: Visit, tmp_path: Path) -> None:
    """By the button or dropped on the page; not without a yes, and not over the limit."""
    picture = tmp_path / "my picture 图.png"
    Image.new("RGB", (64, 48), "navy").save(picture)
    store = bucket(visit.addresses, "demo")
    page = visit.open()
    page.locator("#choose").click()
    page.locator("#pictures input[type=file]").set_input_files(picture)
    question = page.locator("#confirm")
    assert "playground/my picture 图.png" in question.inner_text()
    question.get_by_role("button", name="Close").click()
    assert not store.object_exists("playground/my picture 图.png")
    page.locator("#pictures input[type=file]").set_input_files(picture)
    question.get_by_role("button", name="Upload").click()
    page.get_by_text("playground/my picture 图.png is stored.").wait_for()
    visit.wait_for_result()
    assert shown_size(page) == (64, 48)
    stored = store.get_object("playground/my picture 图.png")
    assert (stored.read(), stored.content_type) == (picture.read_bytes(), "image/png")
    drop = """async (size) => {
      const data = new DataTransfer();
      const canvas = new OffscreenCanvas(20, 10);
      canvas.getContext('2d');
      const blob = await canvas.convertToBlob();
      data.items.add(new File([size ? new Uint8Array(size) : blob], 'dropped.png'));
      dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
    }"""
    page.evaluate(drop, 4_500_001)
    page.get_by_text("at most 4,500,000 can be sent").wait_for()
    page.evaluate(drop, 0)
    question.get_by_role("button", name="Upload").click()
    page.get_by_text("playground/dropped.png is stored.").wait_for()
    visit.wait_for_result()
    assert shown_size(page) == (20, 10)


def test_an_animation_plays(visit: Visit) -> None:
    """The result of an animation is shown as the animation that it is."""
    page = visit.open("image/resize,w_100", key="day.gif")
    visit.wait_for_result()
    assert page.locator(".facts").inner_text().startswith("GIF")
    page.get_by_role("radio", name="Information").check()
    frames = page.locator("table.info tr", has_text="FrameCount").locator("td")
    assert int(frames.inner_text()) > 1


def test_reports(visit: Visit) -> None:
    """A report is shown as a table; facts of the source are there for every process."""
    page = visit.open("image/average-hue", key="night.jpg")
    page.locator(".report table").wait_for()
    assert "RGB" in page.locator(".report").inner_text()
    page.get_by_role("radio", name="Information").check()
    page.locator(".hue").wait_for()
    assert "ImageWidth" in page.locator("table.info").last.inner_text()


def test_the_address_has_the_work(visit: Visit) -> None:
    """A reload and a copied address give the same picture and process, in any characters."""
    page = visit.open()
    process = "image/watermark,text_5rC05Y2wICMlPw,color_FFFFFF/resize,w_200"
    page.locator("#process").fill(process)
    visit.wait_for_result()
    assert page.url.endswith(f"#/demo/landscape.jpg?{process}")
    page.reload()
    visit.wait_for_result()
    assert visit.process == process
    page.evaluate("location.hash = '#/demo/night.jpg?image/rotate,90'")
    page.get_by_role("button", name="Change picture demo night.jpg").wait_for()
    assert visit.process == "image/rotate,90"
    page.keyboard.press("Control+z")
    assert visit.process == process


def test_a_large_stored_picture_is_shown_scaled(visit: Visit) -> None:
    """What is over a reply's size is redirected to where no page may read it."""
    body = io.BytesIO()
    noise = Image.effect_noise((2400, 2400), 90).convert("RGB")
    noise.save(body, "PNG")
    assert len(body.getvalue()) > 4_600_000
    store = bucket(visit.addresses)
    # Larger than one request: the parts are small enough.
    upload = store.init_multipart_upload("large.png").upload_id
    parts = [
        oss2.models.PartInfo(number, store.upload_part("large.png", upload, number, part).etag)
        for number, part in enumerate(
            (
                body.getvalue()[at : at + 4_000_000]
                for at in range(0, len(body.getvalue()), 4_000_000)
            ),
            1,
        )
    ]
    store.complete_multipart_upload("large.png", upload, parts)
    page = visit.open(key="large.png", bucket=PRIVATE)
    visit.wait_for_result()
    assert shown_size(page) == (1600, 1600)
    page.locator("#process").fill("image/format,png")
    page.get_by_text("larger than one reply carries").wait_for()


@pytest.mark.parametrize("name", ["missing.jpg", "CREDITS.md"])
def test_a_missing_picture(visit: Visit, name: str) -> None:
    """The service's own error is shown."""
    page = visit.open("image/resize,w_100", key=name)
    page.locator(".alert", has_text="NoSuchKey").wait_for()
