"""Results over the reply limit are redirects, which not every client follows."""

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
    # oss2 parses dates with a deprecated function.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_oss2_follows(endpoint: str) -> None:
    """oss2 follows the redirect and checks the CRC."""
    auth = oss2.Auth(KEY_ID, SECRET)
    bucket = oss2.Bucket(auth, endpoint, PRIVATE, is_path_style=True)
    assert len(bucket.get_object("example.jpg", process=PROCESS).read()) == SIZE


def test_oss_v2_follows_if_enabled(endpoint: str) -> None:
    """alibabacloud-oss-v2 follows with `enabled_redirect=True`."""
    config = configured(endpoint)
    config.enabled_redirect = True
    client = oss.Client(config)
    assert len(client.get_object(LARGE).body.read()) == SIZE


def test_oss_v2_raises_by_default(endpoint: str) -> None:
    """By default it raises an error with status 302; a presigned URL returns the result."""
    client = oss.Client(configured(endpoint))
    with pytest.raises(exceptions.OperationError) as caught:
        client.get_object(LARGE)
    assert caught.value.unwrap().status_code == 302
    with urlopen(client.presign(LARGE).url) as response:
        assert len(response.read()) == SIZE


def test_the_asynchronous_oss_v2_never_follows(endpoint: str) -> None:
    """The asynchronous client ignores the setting; a presigned URL returns the result."""

    async def presigned() -> str:
        config = configured(endpoint)
        config.enabled_redirect = True
        async with oss_aio.AsyncClient(config) as client:
            with pytest.raises(exceptions.OperationError) as caught:
                await client.get_object(LARGE)
            assert caught.value.unwrap().status_code == 302
            url: str = (await client.presign(LARGE)).url
            return url

    with urlopen(asyncio.run(presigned())) as response:
        assert len(response.read()) == SIZE
