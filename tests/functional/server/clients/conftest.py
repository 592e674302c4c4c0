"""The tests of the clients, run with the server of the container as their endpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.clients import conftest as clients

images, example, node = clients.images, clients.example, clients.node


@pytest.fixture(scope="session")
def endpoint(images: Path) -> Iterator[str]:
    """Run the application as `make run SERVER=1` does, and yield its URL."""
    with clients.served(images, "--server") as url:
        yield url


LIMITS_OF_A_FUNCTION = ("a result too large for a reply", "a part too large for a request")
"""Uses of the clients that show the limits of a Lambda function."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the failure of tests that expect these limits: the server has none."""
    for item in items:
        use = getattr(item, "callspec", None) and item.callspec.params.get("use")  # type: ignore[attr-defined]
        if item.path.parent == Path(__file__).parent and use in LIMITS_OF_A_FUNCTION:
            item.add_marker(pytest.mark.xfail(reason="no such limit", strict=True))
