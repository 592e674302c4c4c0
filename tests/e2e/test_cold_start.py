"""A sandbox of the built process function: its first request, and a request after a freeze."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import pytest

from local.emulator import Pool, Sandbox, emulated
from local.events import HttpRequest, event
from local.sam_build import BuiltFunction
from local.triggers import Trigger
from tests.e2e.conftest import ENVIRONMENT, available
from tests.e2e.stores import gradient, put
from tests.faulty_proxy import FaultyProxy
from tests.functional.local.test_run import descendants

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

THUMBNAIL = "/pictures/six%20megapixels.jpg?x-oss-process=image/resize,w_100"

INIT, FIRST = 3000, 1500
"""Milliseconds. A quiet core takes 450 and 300 at most, as `make bench` measures.

These limits find changes that cost seconds, on machines that do other work as well.
"""


@pytest.fixture(scope="module")
def proxy(s3: "S3Client") -> Iterator[FaultyProxy]:
    """Store a picture, and yield a proxy to S3 that keeps connections open, as S3 does."""
    put(s3, "six megapixels.jpg", gradient(2725, 2225))
    with FaultyProxy(upstream=s3.meta.endpoint_url).open() as proxy:
        yield proxy


@pytest.fixture
def pool(
    artefact: BuiltFunction, store: dict[str, str], proxy: FaultyProxy, tmp_path: Path
) -> Iterator[Pool]:
    """Run a sandbox that has had no request."""
    environment = {**store, **ENVIRONMENT, "AWS_ENDPOINT_URL_S3": proxy.address}
    with available(), emulated(artefact, environment, logs=tmp_path) as running:
        yield running


def status(pool: Pool) -> int:
    """Request a thumbnail and return the status."""
    request = HttpRequest(method="GET", target=THUMBNAIL)
    reply = pool(json.dumps(event(request, Trigger.HTTP_API, datetime.now(UTC))).encode())
    answer: int = json.loads(reply)["statusCode"]
    return answer


@contextmanager
def freeze(sandbox: Sandbox) -> Iterator[None]:
    """Stop all processes of a sandbox, as Lambda freezes them between two requests."""
    frozen = descendants(sandbox.pid)
    assert frozen
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)


def test_first_picture(pool: Pool) -> None:
    """Import and first picture stay within their limits; the second needs no other sandbox."""
    assert [status(pool), status(pool)] == [200, 200]
    timings = pool.sandboxes[0].timings()
    assert len(timings.inits) == 1
    assert timings.inits[0] < INIT
    assert timings.invokes[0] < FIRST


def test_after_a_freeze(pool: Pool, proxy: FaultyProxy) -> None:
    """After a freeze, the first attempt succeeds though S3 closed the connections."""
    assert status(pool) == 200
    with freeze(pool.sandboxes[0]):
        assert proxy.cut()
        sleep(1)
        proxy.requests.clear()
    assert status(pool) == 200
    assert len(proxy.requests) == 1
    assert len(pool.sandboxes[0].timings().inits) == 1
