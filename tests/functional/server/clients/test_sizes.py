"""Files of any size, with the default settings of each client and without a redirect."""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import oss2
import pytest

from tests.functional.clients.conftest import KEY_ID, PRIVATE, SECRET
from tests.functional.clients.oss_v2 import configured
from tests.functional.clients.test_opendal import operator

MEGABYTE = 1_000_000

pytestmark = [
    # oss2 parses dates with a deprecated function.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

SIZES = [1, 5, 6, 20, pytest.param(200, marks=pytest.mark.slow)]


@pytest.fixture(params=SIZES, ids="{} MB".format)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write a file."""
    path = tmp_path / "up.bin"
    path.write_bytes(random.Random(request.param).randbytes(request.param * MEGABYTE))
    return path


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[oss2.Bucket]:
    """Return a client that fails at a redirect."""
    made = oss2.Bucket(oss2.Auth(KEY_ID, SECRET), endpoint, PRIVATE, is_path_style=True)
    # A client that may follow no redirect raises for the first one.
    monkeypatch.setattr(made.session.session, "max_redirects", 0)
    yield made
    names = [entry.key for entry in islice(oss2.ObjectIterator(made, prefix="sizes/"), 100)]
    if names:
        made.batch_delete_objects(names)


def test_oss2(bucket: oss2.Bucket, file: Path, tmp_path: Path) -> None:
    """In one request, and in parts."""
    down = tmp_path / "down.bin"
    bucket.put_object_from_file("sizes/one", str(file))
    bucket.get_object_to_file("sizes/one", str(down))
    assert down.read_bytes() == file.read_bytes()
    oss2.resumable_upload(bucket, "sizes/parts", str(file))
    down.unlink()
    oss2.resumable_download(bucket, "sizes/parts", str(down))
    assert down.read_bytes() == file.read_bytes()


def test_oss_v2(endpoint: str, bucket: oss2.Bucket, file: Path, tmp_path: Path) -> None:
    """Uploader and downloader; this client follows no redirect."""
    del bucket
    client = oss.Client(configured(endpoint))
    client.uploader().upload_file(oss.PutObjectRequest(bucket=PRIVATE, key="sizes/v2"), str(file))
    down = tmp_path / "down.bin"
    request = oss.GetObjectRequest(bucket=PRIVATE, key="sizes/v2")
    client.downloader().download_file(request, str(down))
    assert down.read_bytes() == file.read_bytes()
    found: Any = client.get_object(request)
    assert found.body.read() == file.read_bytes()


def test_opendal(endpoint: str, bucket: oss2.Bucket, file: Path) -> None:
    """Written and read in one request each."""
    store = operator(endpoint)
    store.write("sizes/dal", file.read_bytes())
    assert store.read("sizes/dal") == file.read_bytes()
    assert bucket.head_object("sizes/dal").content_length == file.stat().st_size
