"""Contract of the multipart stores."""

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


def initiated(
    store: Store, key: str = "large.bin", attributes: ObjectAttributes | None = None
) -> UploadRef:
    """Initiate an upload."""
    upload_id = store.uploads.initiate("here", key, attributes or ObjectAttributes())
    return UploadRef(bucket="here", key=key, id=upload_id)


def random_bytes(size: int) -> bytes:
    """Return random bytes."""
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
    """Parts of any size are accepted, also smaller ones than the 5 MB that S3 demands."""
    attributes = ObjectAttributes(
        content_type="image/tiff", metadata={"a": "b"}, acl=Acl.PUBLIC_READ
    )
    upload = initiated(store, attributes=attributes)
    bodies = [random_bytes(size) for size in sizes]
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


def test_parts_may_be_put_in_any_order_and_again(store: Store) -> None:
    """Parts are joined by number; the last part put under a number counts."""
    upload = initiated(store)
    for number, body in ((10, b"c"), (2, b"b"), (1, b"x"), (1, b"a")):
        store.uploads.parts.put(upload, number, body)
    store.uploads.complete(upload, store.uploads.parts.list(upload))
    assert store.reader.open("here", "large.bin").read() == b"abc"


def test_a_completion_may_leave_parts_out(store: Store) -> None:
    """A part that the completion does not name is left out of the object."""
    upload = initiated(store)
    for number, body in enumerate((b"a", b"b", b"c"), 1):
        store.uploads.parts.put(upload, number, body)
    parts = store.uploads.parts.list(upload)
    store.uploads.complete(upload, [parts[0], parts[2]])
    assert store.reader.open("here", "large.bin").read() == b"ac"


def test_the_object_does_not_exist_before_the_completion(store: Store) -> None:
    """Before the completion, the object does not exist and the parts are not listed."""
    upload = initiated(store)
    store.uploads.parts.put(upload, 1, b"a")
    with pytest.raises(OssError) as error:
        store.reader.head("here", "large.bin")
    assert error.value.code is Code.NO_SUCH_KEY
    assert store.lister.list("here", ListQuery()).objects == []


def test_a_finished_upload_refuses_calls(store: Store) -> None:
    """A completed, aborted or unknown upload refuses every call."""
    complete, aborted = initiated(store, "a"), initiated(store, "b")
    for upload in (complete, aborted):
        store.uploads.parts.put(upload, 1, b"x")
    parts = store.uploads.parts.list(complete)
    store.uploads.complete(complete, parts)
    store.uploads.abort(aborted)
    for upload in (complete, aborted, UploadRef(bucket="here", key="c", id="none")):
        for call in (
            lambda upload=upload: store.uploads.parts.put(upload, 1, b"y"),
            lambda upload=upload: store.uploads.parts.list(upload),
            lambda upload=upload: store.uploads.complete(upload, parts),
        ):
            with pytest.raises(OssError) as error:
                call()
            assert error.value.code in (Code.NO_SUCH_UPLOAD, Code.INVALID_PART)
    with pytest.raises(OssError):
        store.reader.head("here", "b")


def test_an_upload_belongs_to_its_key(store: Store) -> None:
    """A part put under the upload's id and another key is not added to the upload."""
    upload = initiated(store, "a")
    other = UploadRef(bucket="here", key="b", id=upload.id)
    with suppress(OssError):
        store.uploads.parts.put(other, 1, b"x")
    assert store.uploads.parts.list(upload) == []


def test_an_upload_without_overwrite_keeps_the_existing_object(store: Store) -> None:
    """`complete` without overwrite raises FileAlreadyExists if the object exists."""
    store.writer.put("here", "large.bin", b"before", ObjectAttributes())
    upload = initiated(store)
    store.uploads.parts.put(upload, 1, b"x")
    parts = store.uploads.parts.list(upload)
    with pytest.raises(OssError) as error:
        store.uploads.complete(upload, parts, overwrite=False)
    assert error.value.code is Code.FILE_ALREADY_EXISTS
    assert store.reader.open("here", "large.bin").read() == b"before"


def test_an_initiation_without_overwrite_holds_until_the_completion(store: Store) -> None:
    """`complete` raises FileAlreadyExists for an object that was stored since, and is no part."""
    upload_id = store.uploads.initiate("here", "once.bin", ObjectAttributes(), overwrite=False)
    upload = UploadRef(bucket="here", key="once.bin", id=upload_id)
    assert store.uploads.parts.list(upload) == []
    store.uploads.parts.put(upload, 1, b"x")
    parts = store.uploads.parts.list(upload)
    assert [part.number for part in parts] == [1]
    store.writer.put("here", "once.bin", b"since", ObjectAttributes())
    with pytest.raises(OssError) as error:
        store.uploads.complete(upload, parts)
    assert error.value.code is Code.FILE_ALREADY_EXISTS
    assert store.reader.open("here", "once.bin").read() == b"since"
    store.writer.delete("here", "once.bin")
    store.uploads.complete(upload, parts)
    assert store.reader.open("here", "once.bin").read() == b"x"


def test_a_completion_that_runs_out_of_time_can_be_repeated(store: Store) -> None:
    """A completion without time left raises ServiceUnavailable and can be repeated."""
    upload = initiated(store)
    store.uploads.parts.put(upload, 1, b"x")
    parts = store.uploads.parts.list(upload)
    with pytest.raises(OssError) as error:
        store.uploads.complete(upload, parts, remaining=lambda: 0)
    assert error.value.code is Code.SERVICE_UNAVAILABLE
    store.uploads.complete(upload, parts)
    assert store.reader.open("here", "large.bin").read() == b"x"


def test_open_uploads_are_listed(store: Store) -> None:
    """Every open upload is listed, also several of one key."""
    expected = {(key, initiated(store, key).id) for key in ("u/a", "u/a", "u/b", "w")}
    page = store.uploads.list("here", ListQuery(prefix="u/", limit=1000))
    found = {(upload.key, upload.id) for upload in page.uploads}
    assert found == {name for name in expected if name[0] != "w"}
    assert page.next_marker is None
