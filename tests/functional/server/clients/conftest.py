"""The tests of the clients, with the server of the container and each store as their endpoint."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.seaweedfs import KEY, weed
from tests.contract.real_stores import seaweedfs
from tests.functional.clients import conftest as clients

images, example, node = clients.images, clients.example, clients.node


@pytest.fixture(scope="session", params=["embedded", "seaweedfs"])
def endpoint(request: pytest.FixtureRequest, images: Path) -> Iterator[str]:
    """Run the application as `make run SERVER=1` does, and yield its URL."""
    if request.param == "embedded":
        with clients.served(images, "--server") as url:
            yield url
        return
    program = weed()
    if program is None:
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs SeaweedFS, which requirements-stores.txt installs")
    with (
        seaweedfs(program) as store,
        clients.served(
            images,
            "--server",
            AWS_ENDPOINT_URL_S3=store,
            AWS_ACCESS_KEY_ID=KEY,
            AWS_SECRET_ACCESS_KEY=KEY,
        ) as url,
    ):
        yield url


LIMITS_OF_A_FUNCTION = ("a result too large for a reply", "a part too large for a request")
"""Uses of the clients that show the limits of a Lambda function."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the failure of tests that expect these limits: the server has none."""
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        here = item.path.parent == Path(__file__).parent
        if here and parameters.get("use") in LIMITS_OF_A_FUNCTION:
            item.add_marker(pytest.mark.xfail(reason="no such limit", strict=True))
