"""The asyncio client of alibabacloud-oss-v2, with concurrent requests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.request import urlopen

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.aio as oss_aio
import pytest
from alibabacloud_oss_v2 import exceptions

from tests.functional.clients.conftest import PRIVATE
from tests.functional.clients.oss_v2 import b64, code, configured, size


def run_scenario(endpoint: str, scenario: Callable[[Any], Awaitable[None]]) -> None:
    """Run a scenario with the asyncio client."""

    async def run() -> None:
        async with oss_aio.AsyncClient(configured(endpoint)) as client:
            await scenario(client)

    asyncio.run(run())


def test_the_asynchronous_client(endpoint: str, example: bytes) -> None:
    """Upload, process, save, presign, list and delete, some of it concurrently."""

    async def scenario(client: Any) -> None:
        await client.put_object(oss.PutObjectRequest(bucket=PRIVATE, key="aio/a.jpg", body=example))
        requests = [
            oss.GetObjectRequest(
                bucket=PRIVATE, key="aio/a.jpg", process=f"image/resize,m_fixed,w_{n},h_{n}"
            )
            for n in (40, 50, 60)
        ]
        answers = await asyncio.gather(*map(client.get_object, requests))
        bodies = [await answer.body.read() for answer in answers]
        assert [size(body)[0] for body in bodies] == [40, 50, 60]
        link = await client.presign(requests[0])
        opened = await asyncio.to_thread(lambda: urlopen(link.url).read())
        assert opened == bodies[0]
        save = f"image/resize,w_70|sys/saveas,o_{b64('aio/b.jpg')}"
        saved = await client.process_object(
            oss.ProcessObjectRequest(bucket=PRIVATE, key="aio/a.jpg", process=save)
        )
        assert (saved.key, saved.process_status) == ("aio/b.jpg", "OK")
        listed = await client.list_objects_v2(
            oss.ListObjectsV2Request(bucket=PRIVATE, prefix="aio/")
        )
        assert [entry.key for entry in listed.contents] == ["aio/a.jpg", "aio/b.jpg"]
        for key in ("aio/a.jpg", "aio/b.jpg"):
            await client.delete_object(oss.DeleteObjectRequest(bucket=PRIVATE, key=key))
        assert not await client.is_object_exist(PRIVATE, "aio/a.jpg")

    run_scenario(endpoint, scenario)


def test_the_asynchronous_client_raises_the_error(endpoint: str) -> None:
    """A missing key raises the SDK's error with 404 and NoSuchKey."""

    async def scenario(client: Any) -> None:
        with pytest.raises(exceptions.OperationError) as caught:
            await client.get_object(oss.GetObjectRequest(bucket=PRIVATE, key="no-such-key"))
        assert code(caught) == (404, "NoSuchKey")

    run_scenario(endpoint, scenario)
