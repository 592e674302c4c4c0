"""Apache OpenDAL, whose client for OSS is written in Rust and signs by itself."""

import asyncio
import random
from collections.abc import Iterator
from urllib.request import urlopen

import opendal
import pytest
from opendal.exceptions import ConditionNotMatch, NotFound, PermissionDenied

from tests.functional.clients.conftest import KEY_ID, PRIVATE, SECRET, etag

PART = 4 * 1024 * 1024

TEXT = "Grüße".encode()


def operator(endpoint: str, secret: str = SECRET) -> opendal.Operator:
    """Return a client with its default settings."""
    return opendal.Operator(
        "oss",
        bucket=PRIVATE,
        endpoint=endpoint,
        access_key_id=KEY_ID,
        access_key_secret=secret,
        addressing_style="path",
    )


@pytest.fixture
def store(endpoint: str) -> opendal.Operator:
    """Return a client of the private bucket."""
    return operator(endpoint)


@pytest.fixture(scope="module")
def large(endpoint: str) -> Iterator[bytes]:
    """Store an object in three parts, and yield its bytes."""
    content = random.Random(3).randbytes(2 * PART + 1)
    operator(endpoint).write("dal/large.bin", content, chunk=PART)
    yield content
    operator(endpoint).delete("dal/large.bin")


@pytest.mark.parametrize("key", ["dal/a.txt", "dal/图 b+c&d%.txt"])
def test_an_object_is_written_and_read(store: opendal.Operator, key: str) -> None:
    """With its type, headers and metadata."""
    store.write(
        key,
        TEXT,
        content_type="text/x-odd",
        content_disposition="attachment",
        user_metadata={"color": "red"},
    )
    assert store.read(key) == TEXT
    found = store.stat(key)
    assert (found.content_length, found.etag) == (len(TEXT), f'"{etag(TEXT)}"')
    assert (found.content_type, found.content_disposition) == ("text/x-odd", "attachment")
    assert found.user_metadata == {"color": "red"}


def test_an_object_is_copied_and_deleted(store: opendal.Operator) -> None:
    """The copy stays when the source is deleted."""
    store.write("dal/source 图.txt", TEXT)
    store.copy("dal/source 图.txt", "dal/copy+1.txt")
    store.delete("dal/source 图.txt")
    assert not store.exists("dal/source 图.txt")
    assert store.read("dal/copy+1.txt") == TEXT


def test_an_object_that_exists_is_kept(store: opendal.Operator) -> None:
    """`if_not_exists` is OSS's `x-oss-forbid-overwrite`."""
    store.write("dal/kept.txt", b"first")
    with pytest.raises(ConditionNotMatch, match="FileAlreadyExists"):
        store.write("dal/kept.txt", b"second", if_not_exists=True)
    assert store.read("dal/kept.txt") == b"first"


def test_objects_are_listed(store: opendal.Operator) -> None:
    """The client writes the bucket's address without a slash at its end, and signs it with one."""
    keys = ["dal/list/a&b.txt", "dal/list/deep/c.txt", "dal/list/图 1.txt"]
    for key in keys:
        store.write(key, TEXT)
    top = {entry.path for entry in store.list("dal/list/")}
    assert top - {"dal/list/"} == {keys[0], "dal/list/deep/", keys[2]}
    found = {entry.path for entry in store.list("dal/list/", recursive=True)}
    assert {path for path in found if not path.endswith("/")} == set(keys)
    store.remove_all("dal/list/")
    assert not store.exists(keys[1])


def test_a_large_object_is_read(store: opendal.Operator, large: bytes) -> None:
    """A read follows the redirect; a file reads byte ranges."""
    assert store.read("dal/large.bin") == large
    with store.open("dal/large.bin", "rb") as file:
        file.seek(PART)
        assert file.read(100) == large[PART : PART + 100]


def test_a_signed_url_is_read(store: opendal.Operator, large: bytes) -> None:
    """Anybody can read it until it expires."""
    request = asyncio.run(presigned(store))
    with urlopen(request) as response:
        assert response.read() == large


async def presigned(store: opendal.Operator) -> str:
    """Sign a URL, which only the asynchronous interface does."""
    url: str = (await store.to_async_operator().presign_read("dal/large.bin", 60)).url
    return url


def test_refusals(endpoint: str, store: opendal.Operator) -> None:
    """Codes become the client's own exceptions."""
    with pytest.raises(NotFound):
        store.read("dal/none")
    with pytest.raises(PermissionDenied, match="SignatureDoesNotMatch"):
        operator(endpoint, secret="another").read("dal/a.txt")
