"""The function started anew with a wire between it and S3 that can fail."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

APP = Path(__file__).parents[2] / "functions/process/app.py"
PATIENCE = 0.5
"""Seconds that the function waits for S3."""


@contextmanager
def started(s3: "S3Client") -> Iterator[tuple[ModuleType, Wire]]:
    """Start another instance of the function, whose S3 is behind the wire."""
    spec = importlib.util.spec_from_file_location("process_behind_a_wire", APP)
    assert spec is not None
    assert spec.loader is not None
    app = importlib.util.module_from_spec(spec)
    with Wire(upstream=s3.meta.endpoint_url).open() as wire:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL_S3", wire.address)
            patch.setenv("DARKROOM_STORE_TIMEOUT", str(PATIENCE))
            spec.loader.exec_module(app)
        yield app, wire


@contextmanager
def all_met(wire: Wire) -> Iterator[Wire]:
    """Begin without faults, and see that every fault laid in was met."""
    wire.requests.clear()
    yield wire
    left = list(wire.faults)
    wire.faults.clear()
    assert not left
