"""Access keys, the page's policy, keyboards, screen readers, small windows and dark schemes."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from tests.functional.clients.conftest import KEY_ID, PRIVATE, ROOT, SECRET, Addresses
from tests.functional.playground.conftest import NODE_MODULES, Visit, absent

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WORK = "image/resize,w_600/watermark,text_SGVsbG8,color_FFFFFF/quality,Q_80"

MARK = "ZW1ibGVtLnBuZz94LW9zcy1wcm9jZXNzPWltYWdlL3Jlc2l6ZSxQXzMw"
"""Base64 of an object and the steps that prepare it."""

AXE = NODE_MODULES / "axe-core/axe.min.js"


@contextmanager
def page_for(service: str) -> Iterator[str]:
    """Serve the page as `make playground` does, and yield its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.playground", service, "--buckets", PRIVATE, "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        found = re.fullmatch(r"playground: (http://127\.0\.0\.1:\d+)\n", line)
        assert found, line
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def allow(addresses: Addresses, origin: str) -> None:
    """Let pages of the origin use the private bucket, as the manual says."""
    body = {
        "cors": [
            {
                "allowedOrigins": [addresses.playground, origin],
                "allowedMethods": ["GET", "PUT", "DELETE"],
                "allowedHeaders": ["*"],
                "exposeHeaders": ["server-timing", "x-oss-request-id"],
            }
        ]
    }
    subprocess.run(
        [sys.executable, "tools/bucket_settings.py", addresses.service, PRIVATE, "/dev/stdin"],
        cwd=ROOT,
        input=json.dumps(body),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env={
            "DARKROOM_ACCESS_KEY_ID": KEY_ID,
            "DARKROOM_ACCESS_KEY_SECRET": SECRET,
            "PYTHONPATH": "layers/darkroom",
        },
    )


def enter_key(page: "Page", secret: str = SECRET) -> None:
    """Type an access key into the dialog."""
    page.locator("#access-key").click()
    dialog = page.get_by_role("dialog", name="Access key of this visit")
    dialog.get_by_label("Access key id").fill(KEY_ID)
    dialog.get_by_label("Access key secret").fill(secret)
    dialog.get_by_role("button", name="Use").click()


def test_a_key_is_in_memory_only(context: "BrowserContext", addresses: Addresses) -> None:
    """It is in no storage, address, history, cookie, attribute or request; Forget ends its use."""
    with page_for(addresses.service) as url:
        page = context.new_page()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(f"{request.url} {request.headers}"))
        page.goto(f"{url}/#/{PRIVATE}/landscape.jpg?image/resize,w_100")
        page.get_by_text(f"the CORS rules of the bucket {PRIVATE} must allow {url}").wait_for()
        allow(addresses, url)
        page.get_by_role("button", name="Try again").click()
        page.locator(".alert", has_text="AccessDenied").wait_for()
        enter_key(page, "wrong")
        page.locator(".alert", has_text="SignatureDoesNotMatch").wait_for()
        enter_key(page)
        page.locator("#stage[aria-busy=false] .after").wait_for()
        assert f"signed with {KEY_ID}" in opened_dialog(page)
        kept = page.evaluate(
            """async () => JSON.stringify([
              { ...localStorage }, { ...sessionStorage }, document.cookie, location.href,
              history.state, await indexedDB.databases(), await caches.keys(),
              document.documentElement.outerHTML,
              [...document.querySelectorAll('input')].map((input) => input.value),
            ])"""
        )
        assert SECRET not in kept + "".join(sent)
        assert context.storage_state() == {"cookies": [], "origins": []}
        page.get_by_role("button", name="Forget").click()
        page.locator("#process").fill("image/resize,w_101")
        page.locator(".alert", has_text="AccessDenied").wait_for()
        page.reload()
        page.locator(".alert", has_text="AccessDenied").wait_for()


def opened_dialog(page: "Page") -> str:
    """Open the dialog of the key and return its text."""
    page.locator("#access-key").click()
    return str(page.locator("#key").inner_text())


def test_a_key_is_forgotten_when_idle(context: "BrowserContext", addresses: Addresses) -> None:
    """Half an hour without a key or a click ends its use; each of them begins it again."""
    page = context.new_page()
    page.clock.install()
    page.goto(addresses.playground)
    page.locator("#access-key", has_text=KEY_ID).wait_for()
    page.clock.fast_forward("29:00")
    page.keyboard.press("Shift")
    page.clock.fast_forward("29:00")
    assert page.locator("#access-key").inner_text() == KEY_ID
    page.clock.fast_forward("02:00")
    page.locator("#access-key", has_text="No access key").wait_for()


def test_the_headers_of_the_page(addresses: Addresses) -> None:
    """The page may load its own files, and ask its service; no other page may frame it."""
    with urlopen(addresses.playground, timeout=20) as response:
        headers = response.headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    service = addresses.service
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' blob: {service}",
        "connect-src": f"'self' {service}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "lit-html xml",
    }
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_policy_is_enforced(visit: Visit) -> None:
    """Chromium refuses scripts, requests and markup that are not the page's own."""
    page = visit.open()
    refused = page.evaluate(
        """async () => {
          const outcomes = [];
          const violation = () => new Promise((done) => addEventListener(
            'securitypolicyviolation', (event) => done(event.violatedDirective), { once: true }));
          const attempt = async (task) => {
            const seen = violation();
            await task();
            outcomes.push(await seen);
          };
          await attempt(() => fetch('http://127.0.0.1:9/').catch(() => {}));
          await attempt(() => { new Image().src = 'http://127.0.0.1:9/x.png'; });
          await attempt(() => {
            const style = document.createElement('style'); document.head.append(style);
            style.textContent = 'b { color: red }'; });
          try { document.body.innerHTML = '<b>x</b>'; } catch (error) { outcomes.push(error.name); }
          try { eval('1'); } catch (error) { outcomes.push(error.name); }
          return outcomes;
        }"""
    )
    assert refused == ["connect-src", "img-src", "style-src-elem", "TypeError", "EvalError"]
    assert len(visit.faults) >= 4
    visit.faults.clear()


def test_no_third_party_is_asked(visit: Visit) -> None:
    """All requests go to the page's own server and to the service."""
    own = (visit.addresses.playground, visit.addresses.service, "blob:", "about:")
    foreign: list[str] = []
    visit.page.on(
        "request",
        lambda sent: foreign.extend(() if sent.url.startswith(own) else {sent.url}),
    )
    visit.open(WORK)
    visit.wait_for_result()
    assert foreign == []


def test_stored_objects_have_another_origin(addresses: Addresses) -> None:
    """The page's server has no objects, and the service has no page."""
    for url in (f"{addresses.playground}/demo/landscape.jpg", f"{addresses.service}/index.html"):
        with pytest.raises(OSError, match=r"HTTP Error 40\d"):
            urlopen(Request(url), timeout=20)


STATES = {
    "forms": "",
    "an error": "image/resize,w_0/crop,x_1,y_1",
    "a report": "image/info",
    "no steps": "none",
    "crop on the picture": "image/crop,w_900,h_800",
    "every group of watermarks": "image/watermark,text_SGVsbG8,image_ZW1ibGVtLnBuZw,fill_1,order_1",
}


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: "Browser", addresses: Addresses, language: str, scheme: str
) -> None:
    """In the main states, panels and dialogs."""
    if not AXE.is_file():
        absent("needs axe-core, which `make test` installs")
    made = browser.new_context(locale=language, color_scheme=scheme, bypass_csp=False)
    visit = Visit(made.new_page(), addresses)
    source = AXE.read_text()
    for state, process in STATES.items():
        page = visit.open("" if process == "none" else process or WORK)
        page.wait_for_timeout(600)
        if state.startswith("crop"):
            page.locator("#step0-handle").click()
            page.locator("#crop-box").wait_for()
        for details in page.locator("details").all():
            details.evaluate("(element) => { element.open = true; }")
        for panel in ("take", "styles", "info"):
            page.locator(f"input[name=panel][value={panel}]").check()
            page.wait_for_timeout(200)
            check(page, source, f"{state}, {panel}")
    page.locator("#choose").click()
    page.locator("#pictures .gallery li").first.wait_for()
    check(page, source, "gallery")
    page.keyboard.press("Escape")
    page.locator("#access-key").click()
    check(page, source, "key")
    assert visit.faults == []
    made.close()


def check(page: "Page", axe: str, state: str) -> None:
    """Run axe and fail for what it finds."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {axe} }} }}")
    found = page.evaluate("async () => (await axe.run()).violations")
    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found
    ] == [], state


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_window_of_360_pixels(browser: "Browser", addresses: Addresses, scheme: str) -> None:
    """Nothing is cut off at the side, in any panel or dialog."""
    made = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=scheme)
    visit = Visit(made.new_page(), addresses)
    page = visit.open(f"{WORK}/watermark,image_{MARK}")
    visit.wait_for_result()
    for details in page.locator("details").all():
        details.evaluate("(element) => { element.open = true; }")
    for panel in ("styles", "info", "take"):
        page.locator(f"input[name=panel][value={panel}]").check()
        assert page.evaluate("document.documentElement.scrollWidth") == 360, panel
    cut = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, summary, code, p')]
          .filter((element) => element.offsetParent && !element.closest('.hidden'))
          .filter((element) => element.getBoundingClientRect().right > 361)
          .map((element) => element.outerHTML.slice(0, 120))"""
    )
    assert cut == []
    page.locator("#choose").click()
    page.locator("#pictures .gallery li").first.wait_for()
    box = page.locator("#pictures").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["width"] <= 360
    made.close()


def test_the_dark_scheme_is_dark(browser: "Browser", addresses: Addresses) -> None:
    """The page follows the system's scheme."""
    made = browser.new_context(color_scheme="dark")
    page = Visit(made.new_page(), addresses).open()
    colours = "(e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    ground, text = page.locator("body").evaluate(colours)
    assert brightness(ground) < 40
    assert brightness(text) > 200
    made.close()


def brightness(colour: str) -> float:
    """Return the mean of a CSS colour's samples."""
    samples = [int(number) for number in re.findall(r"\d+", colour)[:3]]
    return sum(samples) / 3


def test_everything_is_done_by_keyboard(visit: Visit) -> None:
    """A picture is chosen and processed, cropped on the picture, and saved as a style."""
    page = visit.open(key="night.jpg")
    keys = page.keyboard
    press_on(page, "#choose")
    page.locator("#pictures .gallery button", has_text="dunes.webp").wait_for()
    tab_to(page, "#pictures .gallery button[title='dunes.webp']")
    keys.press("Enter")
    page.get_by_role("button", name="Change picture demo dunes.webp").wait_for()
    for name in ("resize", "crop"):
        press_on(page, "#add > summary")
        tab_to(page, f"#add [data-add={name}]")
        keys.press("Enter")
        visit.wait_for_result()
    assert page.evaluate("document.activeElement.id") == "step1-w"
    keys.press("Control+a")
    keys.type("320")
    tab_to(page, "#step1-handle", backwards=True)
    keys.press("Space")
    page.locator("#crop-box").wait_for(state="detached")
    keys.press("Space")
    page.locator("#crop-box").wait_for()
    tab_to(page, "#crop-box", backwards=True)
    keys.press("Shift+ArrowDown")
    keys.press("ArrowRight")
    press_on(page, ".editing .primary")
    # A crop begins in the middle, at a tenth of the picture's sides.
    assert visit.process == "image/resize,w_600/crop,w_320,h_320,x_61,y_50"
    tab_to(page, "input[name=panel][value=take]")
    keys.press("ArrowRight")
    page.locator("#style-name").wait_for()
    tab_to(page, "#style-name")
    keys.type("by-keyboard")
    keys.press("Enter")
    page.get_by_text("The style by-keyboard is saved.").wait_for()


def press_on(page: "Page", selector: str) -> None:
    """Move to a control by Tab, and press it."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def tab_to(page: "Page", selector: str, *, backwards: bool = False) -> None:
    """Press Tab until the control has the focus, which must be visible on it."""
    target = page.locator(selector)
    target.wait_for()
    for _ in range(200):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    pytest.fail(f"Tab does not reach {selector}")


def test_changes_are_announced(visit: Visit) -> None:
    """A screen reader gets the size of a result, moved steps, and that a text was copied."""
    page = visit.open("image/resize,w_300/rotate,90")
    visit.wait_for_result()
    assert page.locator("#preview [role=status]").inner_text() == "Result: 200 × 300"
    page.get_by_role("button", name="Move Rotate up").click()
    status = page.locator("#notice[role=status]")
    status.get_by_text("Rotate is now step 1.").wait_for()
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".process .copy").click()
    status.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "image/rotate,90/resize,w_300"
