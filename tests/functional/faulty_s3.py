"""A new instance of the function, with a proxy to S3 that can inject faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from tests.faulty_proxy import FaultyProxy
from tests.functional.function_instances import another

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PATIENCE = 0.5
"""Seconds that the function waits for S3."""


@contextmanager
def started(s3: "S3Client", **variables: str) -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Start another instance of the function, whose S3 is behind the wire."""
    with FaultyProxy(upstream=s3.meta.endpoint_url).open() as wire:
        app = another(
            "process_behind_a_wire",
            AWS_ENDPOINT_URL_S3=wire.address,
            DARKROOM_STORE_TIMEOUT=str(PATIENCE),
            **variables,
        )
        yield app, wire


@contextmanager
def all_met(wire: FaultyProxy) -> Iterator[FaultyProxy]:
    """Begin without faults, and see that every fault laid in was met."""
    wire.requests.clear()
    yield wire
    left = list(wire.faults)
    wire.faults.clear()
    assert not left
