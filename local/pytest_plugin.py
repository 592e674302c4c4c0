"""A fixture for other projects' tests, which pytest finds where the wheel is installed."""

from collections.abc import Iterator

import pytest

from .standalone import LocalServer, running


@pytest.fixture(scope="session")
def darkroom_server() -> Iterator[LocalServer]:
    """Run the service with stores in memory: `url`, two empty buckets, an access key."""
    with running() as server:
        yield server
