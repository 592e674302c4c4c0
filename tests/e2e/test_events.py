"""The payloads in events/, sent to the built function."""

import base64
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from local.emulator import Pool
from local.events import HttpRequest, event
from local.triggers import Trigger

EVENTS = Path(__file__).parents[2] / "events"

EXPECTED: dict[str, tuple[int, str, tuple[int, int] | None]] = {
    "api-get-object": (200, "image/jpeg", (400, 300)),
    "api-get-processed": (200, "image/jpeg", (75, 100)),
    "api-get-encoded": (200, "image/jpeg", (100, 75)),
    "api-get-virtual-host": (200, "image/jpeg", (100, 75)),
    "api-get-info": (200, "application/json", None),
    "api-get-missing": (404, "application/xml", None),
    "api-head-object": (200, "image/jpeg", None),
    "api-head-processed": (200, "image/jpeg", None),
    "url-get-processed": (200, "image/jpeg", (100, 75)),
}
"""Status, content type and picture size of each reply."""


def load(name: str) -> Any:
    """Read an event."""
    return json.loads((EVENTS / f"{name}.json").read_text())


def test_every_event_is_expected() -> None:
    """Every HTTP event has an expected reply."""
    requests = {path.stem for path in EVENTS.glob("*.json") if not path.stem.startswith("queue-")}
    assert requests == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_reply(name: str, pool: Pool) -> None:
    """Each event is answered with the expected status, type and picture size."""
    status, content_type, size = EXPECTED[name]
    reply = json.loads(pool((EVENTS / f"{name}.json").read_bytes()))
    assert (reply["statusCode"], reply["headers"]["content-type"]) == (status, content_type)
    assert reply["isBase64Encoded"] is (content_type == "image/jpeg")
    if size:
        assert Image.open(io.BytesIO(base64.b64decode(reply["body"]))).size == size


@pytest.mark.parametrize("name", EXPECTED)
def test_the_gateway_builds_the_same_events(name: str) -> None:
    """The local gateway builds the same event, apart from ids and clocks."""
    real = load(name)
    trigger = Trigger.FUNCTION_URL if name.startswith("url-") else Trigger.HTTP_API
    context = real["requestContext"]
    added = ("x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto")
    request = HttpRequest(
        method=context["http"]["method"],
        target="?".join(
            part for part in (real["rawPath"].replace(" ", "%20"), real["rawQueryString"]) if part
        ),
        headers=tuple(item for item in real["headers"].items() if item[0] not in added),
        source_ip=context["http"]["sourceIp"],
    )
    built = event(request, trigger, datetime.fromtimestamp(context["timeEpoch"] / 1000, UTC))
    for header in added:
        assert built["headers"].pop(header)
        assert real["headers"].pop(header)
    for member in ("requestId", "apiId", "domainPrefix"):
        assert built["requestContext"].pop(member)
        assert context.pop(member)
    assert built == real
