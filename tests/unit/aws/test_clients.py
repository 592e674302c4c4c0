"""Timeouts and retries of the S3 clients, read from their configuration."""

from typing import Any

import pytest

from darkroom.aws.clients import Clients
from darkroom.settings import Settings


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the region."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.mark.parametrize(("long_timeout", "short_timeout"), [(4.0, 1.0), (0.5, 0.5)])
def test_the_result_cache_has_a_short_timeout_and_no_retry(
    long_timeout: float, short_timeout: float
) -> None:
    """The cache's timeout is 1 s at most with one attempt; the store has its own and three."""
    clients = Clients(Settings(buckets={}, store_timeout=long_timeout))
    store: Any = clients.s3.meta.config  # botocore's types omit its members
    cache: Any = clients.s3_short_timeout.meta.config
    assert (store.connect_timeout, store.read_timeout) == (long_timeout, long_timeout)
    assert (cache.connect_timeout, cache.read_timeout) == (short_timeout, short_timeout)
    attempts = [config.retries["total_max_attempts"] for config in (store, cache)]
    assert attempts == [3, 1]
