"""How long each connection waits, which only its configuration tells in no time."""

from typing import Any

import pytest

from darkroom.aws.clients import Clients
from darkroom.settings import Settings


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients be built."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.mark.parametrize(("patience", "haste"), [(4.0, 1.0), (0.5, 0.5)])
def test_what_can_be_done_without_is_not_waited_for(patience: float, haste: float) -> None:
    """A second at most, and once: not as long as for what a request cannot do without."""
    clients = Clients(Settings(buckets={}, store_timeout=patience))
    usual: Any = clients.s3.meta.config  # whose members botocore's types leave out
    hasty: Any = clients.s3_short_timeout.meta.config
    assert (usual.connect_timeout, usual.read_timeout) == (patience, patience)
    assert (hasty.connect_timeout, hasty.read_timeout) == (haste, haste)
    attempts = [config.retries["total_max_attempts"] for config in (usual, hasty)]
    assert attempts == [3, 1]
