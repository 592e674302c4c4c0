"""What every store keeps to that takes uploads in parts."""

import hashlib
import random
from contextlib import suppress

import pytest
from fastcrc import crc64

from darkroom.buckets import Acl
from darkroom.errors import Code, OssError
from darkroom.ports.multipart import UploadRef
from darkroom.ports.objects import ListQuery, ObjectAttributes
from tests.contract.stores import Store

MEGABYTE = 1024 * 1024


def begun(
    store: Store, key: str = "large.bin", attributes: ObjectAttributes | None = None
) -> UploadRef:
    """Open an upload."""
    upload_id = store.uploads.initiate("here", key, attributes or ObjectAttributes())
    return UploadRef(bucket="here", key=key, id=upload_id)


def noise(size: int) -> bytes:
    """Make bytes that are not alike."""
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize(
    "sizes",
    [
        [0],
        [1],
        [100_000, 100_000, 1],
        [4 * MEGABYTE] * 3,
        [4 * MEGABYTE] * 5 + [17],
        [3 * MEGABYTE, 1, 5 * MEGABYTE, 8 * MEGABYTE, 2 * MEGABYTE],
    ],
    ids=str,
)
def test_parts_of_any_size_become_one_object(store: Store, sizes: list[int]) -> None:
    """Also where S3 itself wants larger parts than a request can carry."""
    attributes = ObjectAttributes(
        content_type="image/tiff", metadata={"a": "b"}, acl=Acl.PUBLIC_READ
    )
    upload = begun(store, attributes=attributes)
    bodies = [noise(size) for size in sizes]
    for number, body in enumerate(bodies, 1):
        written = store.uploads.parts.put(upload, number, body)
        assert written.etag == hashlib.md5(body, usedforsecurity=False).hexdigest().upper()
        assert written.crc64 == crc64.xz(body)
    parts = store.uploads.parts.list(upload)
    assert [(part.number, part.size) for part in parts] == list(enumerate(sizes, 1))
    done = store.uploads.complete(upload, parts)
    found = store.reader.open("here", "large.bin")
    assert found.read() == b"".join(bodies)
    assert found.info.etag == done.etag
    assert (found.info.content_type, found.info.metadata) == ("image/tiff", {"a": "b"})
    assert found.info.acl is Acl.PUBLIC_READ


def test_parts_come_in_any_order_and_again(store: Store) -> None:
    """The number counts, and the last one of a number."""
    upload = begun(store)
    for number, body in ((10, b"c"), (2, b"b"), (1, b"x"), (1, b"a")):
        store.uploads.parts.put(upload, number, body)
    store.uploads.complete(upload, store.uploads.parts.list(upload))
    assert store.reader.open("here", "large.bin").read() == b"abc"


def test_some_parts_suffice(store: Store) -> None:
    """What is not named does not become part of the object."""
    upload = begun(store)
    for number, body in enumerate((b"a", b"b", b"c"), 1):
        store.uploads.parts.put(upload, number, body)
    parts = store.uploads.parts.list(upload)
    store.uploads.complete(upload, [parts[0], parts[2]])
    assert store.reader.open("here", "large.bin").read() == b"ac"


def test_nothing_is_there_before_the_end(store: Store) -> None:
    """Parts are no object, and no objects of the bucket either."""
    upload = begun(store)
    store.uploads.parts.put(upload, 1, b"a")
    with pytest.raises(OssError) as error:
        store.reader.head("here", "large.bin")
    assert error.value.code is Code.NO_SUCH_KEY
    assert store.lister.list("here", ListQuery()).objects == []


def test_an_upload_is_over_once_it_is_complete_or_aborted(store: Store) -> None:
    """Nothing can be done with it any more, by any name."""
    complete, aborted = begun(store, "a"), begun(store, "b")
    for upload in (complete, aborted):
        store.uploads.parts.put(upload, 1, b"x")
    parts = store.uploads.parts.list(complete)
    store.uploads.complete(complete, parts)
    store.uploads.abort(aborted)
    for upload in (complete, aborted, UploadRef(bucket="here", key="c", id="none")):
        for ask in (
            lambda upload=upload: store.uploads.parts.put(upload, 1, b"y"),
            lambda upload=upload: store.uploads.parts.list(upload),
            lambda upload=upload: store.uploads.complete(upload, parts),
        ):
            with pytest.raises(OssError) as error:
                ask()
            assert error.value.code in (Code.NO_SUCH_UPLOAD, Code.INVALID_PART)
    with pytest.raises(OssError):
        store.reader.head("here", "b")


def test_an_upload_belongs_to_its_key(store: Store) -> None:
    """Its id adds nothing to it under another one."""
    upload = begun(store, "a")
    other = UploadRef(bucket="here", key="b", id=upload.id)
    with suppress(OssError):
        store.uploads.parts.put(other, 1, b"x")
    assert store.uploads.parts.list(upload) == []


def test_an_upload_without_overwrite_leaves_what_is_there(store: Store) -> None:
    """The store decides at the end."""
    store.writer.put("here", "large.bin", b"before", ObjectAttributes())
    upload = begun(store)
    store.uploads.parts.put(upload, 1, b"x")
    parts = store.uploads.parts.list(upload)
    with pytest.raises(OssError) as error:
        store.uploads.complete(upload, parts, overwrite=False)
    assert error.value.code is Code.FILE_ALREADY_EXISTS
    assert store.reader.open("here", "large.bin").read() == b"before"


def test_an_upload_that_takes_too_long_says_so_and_can_be_tried_again(store: Store) -> None:
    """Nothing of it is lost."""
    upload = begun(store)
    store.uploads.parts.put(upload, 1, b"x")
    parts = store.uploads.parts.list(upload)
    with pytest.raises(OssError) as error:
        store.uploads.complete(upload, parts, remaining=lambda: 0)
    assert error.value.code is Code.SERVICE_UNAVAILABLE
    store.uploads.complete(upload, parts)
    assert store.reader.open("here", "large.bin").read() == b"x"


def test_open_uploads_are_listed(store: Store) -> None:
    """Each of them, also several to one key."""
    expected = {(key, begun(store, key).id) for key in ("u/a", "u/a", "u/b", "w")}
    page = store.uploads.list("here", ListQuery(prefix="u/", limit=1000))
    found = {(upload.key, upload.id) for upload in page.uploads}
    assert found == {name for name in expected if name[0] != "w"}
    assert page.next_marker is None
