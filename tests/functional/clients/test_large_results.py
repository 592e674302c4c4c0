"""A result over what a reply can carry is a redirect, which not every client follows by itself."""

import asyncio
from urllib.request import urlopen

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.aio as oss_aio
import oss2
import pytest
from alibabacloud_oss_v2 import exceptions

from tests.functional.clients.conftest import KEY_ID, PRIVATE, SECRET
from tests.functional.clients.oss_v2 import configured

PROCESS = "image/resize,w_2000,limit_0/format,bmp"
LARGE = oss.GetObjectRequest(bucket=PRIVATE, key="example.jpg", process=PROCESS)
SIZE = 2000 * 1335 * 3 + 54

pytestmark = [
    # oss2's own: it still reads dates the old way.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_oss2_follows(endpoint: str) -> None:
    """By itself, with the CRC check on."""
    auth = oss2.Auth(KEY_ID, SECRET)
    bucket = oss2.Bucket(auth, endpoint, PRIVATE, is_path_style=True)
    assert len(bucket.get_object("example.jpg", process=PROCESS).read()) == SIZE


def test_oss_v2_follows_if_told_to(endpoint: str) -> None:
    """`enabled_redirect=True` is what it takes."""
    config = configured(endpoint)
    config.enabled_redirect = True
    client = oss.Client(config)
    assert len(client.get_object(LARGE).body.read()) == SIZE


def test_oss_v2_says_that_it_does_not(endpoint: str) -> None:
    """By default an error with the status, never half a picture; a signed URL opens it."""
    client = oss.Client(configured(endpoint))
    with pytest.raises(exceptions.OperationError) as caught:
        client.get_object(LARGE)
    assert caught.value.unwrap().status_code == 302
    with urlopen(client.presign(LARGE).url) as response:
        assert len(response.read()) == SIZE


def test_the_asynchronous_oss_v2_never_follows(endpoint: str) -> None:
    """Its setting has no effect; a signed URL opens it."""

    async def told() -> str:
        config = configured(endpoint)
        config.enabled_redirect = True
        async with oss_aio.AsyncClient(config) as client:
            with pytest.raises(exceptions.OperationError) as caught:
                await client.get_object(LARGE)
            assert caught.value.unwrap().status_code == 302
            url: str = (await client.presign(LARGE)).url
            return url

    with urlopen(asyncio.run(told())) as response:
        assert len(response.read()) == SIZE
