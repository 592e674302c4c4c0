"""Contract of reading objects in blocks, as the server sends them."""

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from darkroom.errors import Code, OssError
from darkroom.ports.bodies import SpooledBody, crc64_of, md5_of, sha256_of
from darkroom.ports.objects import ObjectAttributes, ObjectReplaced, ObjectWriter, RangeSpec
from tests.contract.stores import Store, client_of, in_s3
from tests.faulty_proxy import FaultyProxy, breaks

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

CONTENT = bytes(range(256)) * 4000
BLOCK = 100_000


def put(writer: ObjectWriter, content: bytes = CONTENT) -> None:
    """Store the object."""
    writer.put("here", "blocks", content, ObjectAttributes())


@pytest.mark.parametrize("span", [None, (5, 500_000), (900_000, None), (None, 300_000)])
def test_blocks_are_the_bytes_in_order(store: Store, span: RangeSpec | None) -> None:
    """Of the whole object, and of a byte range; none is larger than asked for."""
    put(store.writer)
    with closing(store.reader.open("here", "blocks", byte_range=span)) as opened:
        expected = store.reader.open("here", "blocks", byte_range=span).read()
        blocks = list(opened.blocks(BLOCK))
    assert b"".join(blocks) == expected
    assert 0 < max(map(len, blocks)) <= BLOCK


def test_an_empty_object_has_no_block(store: Store) -> None:
    """Its body ends at once."""
    put(store.writer, b"")
    assert list(store.reader.open("here", "blocks").blocks(BLOCK)) == []


@pytest.fixture
def broken(client: "S3Client") -> Iterator[tuple[Store, FaultyProxy]]:
    """Return the store after a proxy that breaks connections; it has the object."""
    proxy = FaultyProxy(upstream=client.meta.endpoint_url)
    with proxy.open():
        store = in_s3(client_of(proxy.address))
        put(store.writer)
        proxy.requests.clear()
        yield store, proxy


@pytest.mark.parametrize("span", [None, (1000, 900_000)])
def test_a_broken_connection_is_opened_again_where_it_broke(
    broken: tuple[Store, FaultyProxy], span: RangeSpec | None
) -> None:
    """Once and a second time: what was read is not read again."""
    store, proxy = broken
    expected = CONTENT if span is None else CONTENT[1000:900_001]
    proxy.faults[:] = [breaks(after=250_000), breaks(after=300_000)]
    opened = store.reader.open("here", "blocks", byte_range=span)
    assert b"".join(opened.blocks(BLOCK)) == expected
    assert len(proxy.requests) == 3


def test_an_object_that_was_replaced_is_not_mixed(broken: tuple[Store, FaultyProxy]) -> None:
    """The rest of another version is no rest."""
    store, proxy = broken

    def replace() -> None:
        put(store.writer, b"new" * 400_000)

    proxy.faults[:] = [breaks(after=250_000, meanwhile=replace)]
    with pytest.raises(ObjectReplaced):
        list(store.reader.open("here", "blocks").blocks(BLOCK))


def test_a_store_that_does_not_come_back_is_an_error(broken: tuple[Store, FaultyProxy]) -> None:
    """After several attempts without a byte."""
    store, proxy = broken
    proxy.faults[:] = [breaks(after=250_000), *[breaks(after=0)] * 9]
    with pytest.raises(OssError) as failed:
        list(store.reader.open("here", "blocks").blocks(BLOCK))
    assert failed.value.code is Code.SERVICE_UNAVAILABLE


def test_a_body_in_a_file_is_stored(store: Store) -> None:
    """As one in memory is, with the digests that were computed before."""
    body = SpooledBody(
        file=BytesIO(CONTENT),
        size=len(CONTENT),
        md5=md5_of(CONTENT),
        sha256="",
        crc64=crc64_of(CONTENT),
    )
    body.from_start().read(10)
    stored = store.writer.put("here", "file", body, ObjectAttributes())
    found = store.reader.open("here", "file")
    assert found.read() == CONTENT
    assert found.info.crc64 == stored.crc64 == crc64_of(CONTENT)
    assert found.info.etag == stored.etag == md5_of(CONTENT).hex().upper()
    assert (len(body), sha256_of(body)) == (len(CONTENT), "")
