"""New instances of the process function, with a proxy to S3 that injects faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from tests.faulty_proxy import FaultyProxy
from tests.functional.function_instances import new_instance

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

STORE_TIMEOUT = 0.5
"""Seconds until the function's requests to S3 time out."""


@contextmanager
def instance_with_proxy(
    s3: "S3Client", **variables: str
) -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Start another instance of the function, which reaches S3 through the proxy."""
    with FaultyProxy(upstream=s3.meta.endpoint_url).open() as proxy:
        app = new_instance(
            "process_with_faulty_s3",
            AWS_ENDPOINT_URL_S3=proxy.address,
            DARKROOM_STORE_TIMEOUT=str(STORE_TIMEOUT),
            **variables,
        )
        yield app, proxy


@contextmanager
def all_faults_used(proxy: FaultyProxy) -> Iterator[FaultyProxy]:
    """Start without faults, and assert that every injected fault was used."""
    proxy.requests.clear()
    yield proxy
    unused = list(proxy.faults)
    proxy.faults.clear()
    assert not unused
