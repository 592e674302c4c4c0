"""Steps as forms: every parameter by its control, order, undo, text, and errors at their fields."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from darkroom.imaging.operations import canonical_process, compile_operations
from darkroom.process.grammar import parse
from darkroom.process.parameters import encode_base64
from tests.functional.clients.conftest import Addresses
from tests.functional.playground.conftest import Visit
from tools import operations_json

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

DESCRIBED = {each["name"]: each for each in operations_json.described()}

UNIMPLEMENTED = {("blur", "g"), ("blur", "p")}
"""Parameters whose values the service refuses as not implemented."""


def add(page: "Page", name: str) -> None:
    """Add a step from the menu."""
    page.locator("#add > summary").click()
    page.locator(f"#add [data-add={name}]").click()
    page.locator("li.step > header h3 code", has_text=re.compile(f"^{name}$")).last.wait_for()


def field(page: "Page", index: int, key: str) -> "Locator":
    """Find the control of a parameter."""
    return page.locator(f"#step{index}-{key or 'value'}")


def chosen_value(parameter: dict[str, Any]) -> str:
    """Return a valid value that is not the default, as the service reads it."""
    words = [word["value"] for word in parameter.get("words", ())]
    match parameter["type"]:
        case "integer":
            return words[1] if words else str(parameter["min"] + 3)
        case "choice" | "font":
            return "north" if "north" in words else words[1]
        case "pixels-or-percent":
            return "7p"
        case "flag":
            return "0" if parameter["default"] == "1" else "1"
        case "colour":
            return "12AB9F"
        case kind:
            assert kind in {"base64-text", "watermark-object"}
            return "emblem.png"


def set_by_control(page: "Page", index: int, parameter: dict[str, Any]) -> str:
    """Use the control as a person would, and return the value that it was set to."""
    key, value = parameter["key"], chosen_value(parameter)
    control = field(page, index, key)
    place = page.locator(".field", has=control)
    match parameter["type"], bool(parameter.get("words")):
        case ("integer" | "choice", True) if "north" not in str(parameter["words"]):
            control.select_option(value)
        case "choice", _:
            page.locator(f"input[name=step{index}-{key}][value={value}]").check()
        case "font", _:
            control.click()
            page.locator(f"input[name=step{index}-{key}-font][value={value}]").check()
        case "flag", _:
            control.set_checked(value == "1")
        case "pixels-or-percent", _:
            place.locator("select").select_option("p")
            control.fill(value.removesuffix("p"))
        case _:
            control.fill(value)
    return value


def written(parameter: dict[str, Any], value: str) -> str:
    """Return the argument as the service reads it."""
    encoded = parameter["type"] in {"base64-text", "font", "watermark-object"}
    text = encode_base64(value) if encoded else value
    return f"{parameter['key']}_{text}" if parameter["key"] else text


@pytest.fixture(scope="module")
def alone(browser: "Browser", addresses: Addresses) -> Iterator[Visit]:
    """Open the page once, and let no request reach the service."""
    context = browser.new_context()
    visit = Visit(context.new_page(), addresses)
    visit.page.route(f"{addresses.service}/**", lambda route: route.abort())
    visit.open()
    yield visit
    context.close()


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_parameter_is_set_by_its_control(alone: Visit, name: str) -> None:
    """The text of a step whose every control was used is the canonical text of its values."""
    page = alone.page
    page.locator("#process").fill("")
    add(page, name)
    for details in page.locator("li.step > details").all():
        details.evaluate("(element) => { element.open = true; }")
    arguments, others = list[str](), list[str]()
    for parameter in DESCRIBED[name]["parameters"]:
        argument = written(parameter, set_by_control(page, 0, parameter))
        if parameter["type"] == "watermark-object":
            # A first picture is scaled to the one below it.
            page.locator("#step0-image-step0-remove").click()
        unimplemented = (name, parameter["key"]) in UNIMPLEMENTED
        (others if unimplemented else arguments).append(argument)
    text = f"image/{','.join([name, *arguments])}"
    expected = canonical_process(compile_operations(parse(text).actions))
    assert alone.process == ",".join([expected, *others])
    assert page.locator(".field.wrong").count() == 0


def test_a_mark_is_prepared_by_steps_of_its_own(visit: Visit) -> None:
    """The picture of a watermark has a form of its steps, with the percentage of marks."""
    page = visit.open("image/watermark,image_ZW1ibGVtLnBuZw")
    page.locator("#step0-image-add > summary").click()
    page.locator("#step0-image-add [data-add=resize]").click()
    field(page, 0, "image-step0-P").fill("35")
    page.locator("#step0-image-add > summary").click()
    assert page.locator("#step0-image-add [data-add]").count() == 6
    page.locator("#step0-image-add [data-add=rotate]").click()
    field(page, 0, "image-step1-value").fill("12")
    expected = "emblem.png?x-oss-process=image/resize,P_35/rotate,12"
    steps = visit.call("process/text.js", "m.parseProcess(given)[0].arguments.image", visit.process)
    assert steps["key"] == "emblem.png"
    assert visit.call(
        "process/base64url.js", "m.decodeBase64(given)", visit.process.split("_")[1]
    ) == (expected)
    visit.wait_for_result()


def test_the_text_and_the_forms_follow_each_other(visit: Visit) -> None:
    """A typed process fills the forms; a wrong one says why and leaves them."""
    page = visit.open()
    process = page.locator("#process")
    process.fill("image/resize,w_300/rotate,090")
    assert field(page, 0, "w").input_value() == "300"
    assert field(page, 1, "").input_value() == "090"
    process.fill("image/resize,w_300/nonsense")
    page.get_by_text("nonsense is no action.").wait_for()
    assert page.locator("li.step").count() == 2
    process.fill("image/resize,w_310/rotate,090")
    field(page, 1, "").click()
    assert visit.process == "image/resize,w_310/rotate,90"
    field(page, 0, "w").fill("320")
    assert visit.process == "image/resize,w_320/rotate,90"


def test_numbers_are_typed_dragged_and_stepped(visit: Visit) -> None:
    """A slider covers the usual range, the input any; arrow keys step, with Shift by ten."""
    page = visit.open("image/resize,w_300")
    slider = page.get_by_label("Width, slider")
    assert (slider.get_attribute("min"), slider.get_attribute("max")) == ("1", "2000")
    slider.focus()
    slider.press("ArrowRight")
    assert visit.process == "image/resize,w_301"
    width = field(page, 0, "w")
    width.press("ArrowUp")
    width.press("Shift+ArrowDown")
    assert visit.process == "image/resize,w_292"
    width.fill("9000")
    assert visit.process == "image/resize,w_9000"
    assert slider.get_attribute("max") == "9000"


def test_steps_are_reordered_in_three_ways(visit: Visit) -> None:
    """By buttons, which keep the focus, by Alt and an arrow key, and by dragging."""
    page = visit.open("image/resize,w_300/rotate,90/blur,r_2,s_2")
    page.get_by_role("button", name="Move Blur up").click()
    assert visit.process == "image/resize,w_300/blur,r_2,s_2/rotate,90"
    assert page.evaluate("document.activeElement.id") == "step1-up"
    page.keyboard.press("Enter")
    assert visit.process == "image/blur,r_2,s_2/resize,w_300/rotate,90"
    field(page, 0, "r").press("Alt+ArrowDown")
    assert visit.process == "image/resize,w_300/blur,r_2,s_2/rotate,90"
    page.locator("#step2 .grip").drag_to(page.locator("#step0 header"))
    assert visit.process == "image/rotate,90/resize,w_300/blur,r_2,s_2"
    page.get_by_role("button", name="Remove Resize").click()
    assert visit.process == "image/rotate,90/blur,r_2,s_2"


def test_undo_and_redo(visit: Visit) -> None:
    """Each change can be taken back; typing in one field is one change."""
    page = visit.open("image/resize,w_300")
    field(page, 0, "w").press("End")
    page.keyboard.type("01")
    add(page, "rotate")
    assert visit.process == "image/resize,w_30001/rotate,90"
    page.keyboard.press("Control+z")
    assert visit.process == "image/resize,w_30001"
    page.locator("#undo").click()
    assert visit.process == "image/resize,w_300"
    assert page.locator("#undo").is_disabled()
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+y")
    assert visit.process == "image/resize,w_30001/rotate,90"
    assert page.locator("#redo").is_disabled()


def test_a_wrong_value_is_an_error_at_its_field(visit: Visit) -> None:
    """Nothing is sent for it; the field says why, and the result is dimmed."""
    page = visit.open("image/resize,w_300/resize,w_200")
    visit.wait_for_result()
    requests: list[str] = []
    service = visit.addresses.service
    page.on("request", lambda sent: requests.extend({sent.url} if service in sent.url else ()))
    width = field(page, 1, "w")
    width.fill("0")
    width.and_(page.locator("[aria-invalid=true]")).wait_for()
    described = (width.get_attribute("aria-describedby") or "").split()
    assert "Enter a number from 1 to 16384." in [
        page.locator(f"#{name}").inner_text() for name in described
    ]
    page.wait_for_timeout(500)
    assert requests == []
    assert page.locator("#stage.stale").count() == 1
    width.fill("1x")
    page.get_by_text("Enter a whole number in digits.").wait_for()
    width.fill("100")
    visit.wait_for_result()
    assert page.locator(".field.wrong").count() == 0


def test_an_error_of_the_service_is_at_its_field(visit: Visit) -> None:
    """What only the service checks is shown at the step and parameter that it names."""
    page = visit.open("image/resize,w_300/watermark,text_eA")
    visit.wait_for_result()
    page.locator("#step1 > details > summary", has_text="Picture").first.click()
    field(page, 1, "image").fill("k" * 1100)
    page.locator("#step1-image[aria-invalid=true]").wait_for()
    assert "Value must name an object" in page.locator("#step1-image-error").inner_text()
    assert "InvalidArgument" in page.locator(".alert").inner_text()
    page.keyboard.press("Control+z")
    visit.wait_for_result()
    assert page.locator(".alert").count() == 0


def test_other_errors_are_announced(visit: Visit) -> None:
    """With code and number of the request; the last result stays until there is another."""
    page = visit.open("image/crop,w_100,h_100,x_5000")
    alert = page.locator(".alert[role=alert]")
    alert.wait_for()
    assert "Advance cut's position is out of image." in alert.inner_text()
    assert "BadRequest" in alert.inner_text()
    page.locator("#language").click()
    alert.get_by_text("裁剪位置超出图片。").wait_for()


def test_the_sentence_of_a_parameter_is_shown(visit: Visit) -> None:
    """Below the steps, for what is focused or pointed at."""
    page = visit.open("image/resize,w_300")
    field(page, 0, "limit").focus()
    assert "keeps the source's size" in page.locator("#help").inner_text()
    page.locator("#language").click()
    page.locator(".field", has=field(page, 0, "p")).hover()
    assert "宽和高同时缩放的百分比" in page.locator("#help").inner_text()
