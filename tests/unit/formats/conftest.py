"""Fixtures of the tests of formats."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def own_objects_only() -> Iterator[None]:
    """Keep the garbage collector from visiting objects of other tests in the measured time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
