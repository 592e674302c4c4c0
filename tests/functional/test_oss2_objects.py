"""Object operations of oss2 over HTTP."""

import gc
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import oss2
import pytest

from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving
from tests.functional.conftest import access_key

pytestmark = [
    # oss2's version 4 signatures use a deprecated function of Python,
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
    # and oss2 leaves connections to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

AUTHS = {"v1": oss2.Auth, "v4": oss2.AuthV4}


@pytest.fixture(scope="module")
def endpoint(app: ModuleType) -> Iterator[str]:
    """Serve the function behind the local gateway, which has the limits of the real one."""
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lambda _: None)
    with serving(gateway.answer) as server:
        yield server.url


@pytest.fixture(params=AUTHS)
def bucket(request: pytest.FixtureRequest, endpoint: str) -> Iterator[oss2.Bucket]:
    """Connect as the owner; only the endpoint differs from OSS, and CRC checks are on."""
    key = access_key("owner")
    auth = AUTHS[request.param](key.id, key.secret)
    session = oss2.Session()
    yield oss2.Bucket(
        auth, endpoint, "closed", region="us-east-1", is_path_style=True, session=session
    )
    session.session.close()
    gc.collect()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Write a file that needs three parts."""
    path = tmp_path / "large.bin"
    path.write_bytes(random.Random(1).randbytes(11_000_000))
    return path


def test_objects_are_stored_read_and_deleted(bucket: oss2.Bucket) -> None:
    """put, get, head, get_object_meta, object_exists and delete work."""
    headers = {"x-oss-meta-author": "alice", "Content-Type": "text/plain"}
    result = bucket.put_object("o/a b.txt", "Grüße", headers=headers)
    assert (result.status, result.crc) == (200, bucket.head_object("o/a b.txt").server_crc)
    found = bucket.get_object("o/a b.txt")
    assert found.read().decode() == "Grüße"
    assert found.client_crc == found.server_crc == result.crc
    assert found.headers["x-oss-meta-author"] == "alice"
    meta = bucket.get_object_meta("o/a b.txt")
    assert (meta.content_length, meta.etag) == (7, result.etag)
    assert bucket.object_exists("o/a b.txt")
    bucket.delete_object("o/a b.txt")
    assert not bucket.object_exists("o/a b.txt")
    with pytest.raises(oss2.exceptions.NoSuchKey):
        bucket.get_object("o/a b.txt")
    with pytest.raises(oss2.exceptions.NotFound):
        bucket.head_object("o/a b.txt")


def test_files_are_uploaded_and_downloaded(bucket: oss2.Bucket, tmp_path: Path) -> None:
    """Files are uploaded and downloaded with oss2's CRC checks, and by range."""
    source, target = tmp_path / "a.bin", tmp_path / "b.bin"
    source.write_bytes(bytes(range(256)) * 5000)
    bucket.put_object_from_file("o/file", str(source))
    bucket.get_object_to_file("o/file", str(target))
    assert target.read_bytes() == source.read_bytes()
    part = bucket.get_object("o/file", byte_range=(10, 19))
    assert (part.status, part.read()) == (206, bytes(range(10, 20)))


def test_an_iterator_is_sent_in_chunks(bucket: oss2.Bucket) -> None:
    """An iterator is uploaded in chunks, without a Content-Length."""
    bucket.put_object("o/chunks", (b"x" * 1000 for _ in range(10)))
    assert bucket.head_object("o/chunks").content_length == 10_000


def test_large_files_are_transferred_in_parts(
    bucket: oss2.Bucket, large: Path, tmp_path: Path
) -> None:
    """resumable_upload and resumable_download work with parts that the gateway accepts."""
    size = 4 * 1024 * 1024
    result = oss2.resumable_upload(
        bucket, "o/large", str(large), multipart_threshold=size, part_size=size, num_threads=2
    )
    assert result.status == 200
    assert bucket.head_object("o/large").content_length == 11_000_000
    target = tmp_path / "down.bin"
    oss2.resumable_download(
        bucket, "o/large", str(target), multiget_threshold=size, part_size=size, num_threads=2
    )
    assert target.read_bytes() == large.read_bytes()


def test_multipart_uploads(bucket: oss2.Bucket) -> None:
    """Multipart uploads are initiated, filled, copied to, listed, completed and aborted."""
    bucket.put_object("o/source", b"0123456789")
    upload = bucket.init_multipart_upload("o/parts").upload_id
    first = bucket.upload_part("o/parts", upload, 1, b"a" * 100_000)
    second = bucket.upload_part_copy("closed", "o/source", (2, 5), "o/parts", upload, 2)
    listed = bucket.list_parts("o/parts", upload).parts
    assert [(part.part_number, part.size) for part in listed] == [(1, 100_000), (2, 4)]
    assert upload in [u.upload_id for u in bucket.list_multipart_uploads("o/").upload_list]
    named = [oss2.models.PartInfo(n, r.etag) for n, r in ((1, first), (2, second))]
    bucket.complete_multipart_upload("o/parts", upload, named)
    assert bucket.get_object("o/parts").read() == b"a" * 100_000 + b"2345"
    other = bucket.init_multipart_upload("o/parts").upload_id
    bucket.abort_multipart_upload("o/parts", other)
    with pytest.raises(oss2.exceptions.NoSuchUpload):
        bucket.list_parts("o/parts", other)


def test_objects_are_copied_and_changed(bucket: oss2.Bucket) -> None:
    """copy_object, update_object_meta and put_object_acl work."""
    bucket.put_object("o/from ü", b"x", headers={"x-oss-meta-a": "1"})
    bucket.copy_object("closed", "o/from ü", "o/to")
    assert bucket.head_object("o/to").headers["x-oss-meta-a"] == "1"
    bucket.update_object_meta("o/to", {"x-oss-meta-b": "2"})
    headers = bucket.head_object("o/to").headers
    assert (headers.get("x-oss-meta-a"), headers["x-oss-meta-b"]) == (None, "2")
    bucket.put_object_acl("o/to", oss2.OBJECT_ACL_PUBLIC_READ)
    assert bucket.get_object_acl("o/to").acl == oss2.OBJECT_ACL_PUBLIC_READ


def test_objects_are_listed_and_deleted_in_batches(bucket: oss2.Bucket) -> None:
    """Both list versions, their iterators and batch_delete_objects work."""
    keys = [f"l/{name}" for name in ("a b", "a+b", "deep/1", "deep/2", "ü<&>")]
    for key in keys:
        bucket.put_object(key, b"x")
    found = [entry.key for entry in oss2.ObjectIterator(bucket, prefix="l/", max_keys=2)]
    assert found == keys
    version_2 = oss2.ObjectIteratorV2(bucket, prefix="l/", delimiter="/", max_keys=1)
    assert {(entry.key, entry.is_prefix()) for entry in version_2} == {
        ("l/a b", False),
        ("l/a+b", False),
        ("l/deep/", True),
        ("l/ü<&>", False),
    }
    entry = bucket.list_objects(prefix="l/").object_list[0]
    assert (entry.size, entry.type, entry.storage_class) == (1, "Normal", "Standard")
    assert entry.owner.id == "darkroom"
    assert bucket.batch_delete_objects(keys).deleted_keys == keys
    assert bucket.list_objects_v2(prefix="l/").object_list == []


def test_bucket_properties(bucket: oss2.Bucket, endpoint: str) -> None:
    """Bucket info, location and ACL, and the list of buckets are returned."""
    info = bucket.get_bucket_info()
    assert (info.name, info.acl.grant, info.location) == ("closed", "private", "oss-us-east-1")
    assert bucket.get_bucket_location().location == "oss-us-east-1"
    assert bucket.get_bucket_acl().acl == "private"
    bucket.create_bucket()
    service = oss2.Service(bucket.auth, endpoint, region="us-east-1", session=bucket.session)
    assert "closed" in [entry.name for entry in oss2.BucketIterator(service)]


@pytest.mark.parametrize(
    "key",
    ["a b", "a+b", "a%b", "100%25.jpg", "a%2Fb", "ü图", "a//b", "a/./b", "a/../b", "a/", "a&=#"],
)
def test_any_key_is_stored_and_read(bucket: oss2.Bucket, key: str) -> None:
    """A key that the SDK encodes and signs is decoded once."""
    bucket.put_object(f"k/{key}", key)
    assert bucket.get_object(f"k/{key}").read().decode() == key
    assert [entry.key for entry in oss2.ObjectIterator(bucket, prefix="k/")] == [f"k/{key}"]
    url = bucket.sign_url("GET", f"k/{key}", 60)
    assert bucket.get_object_with_url(url).read().decode() == key
    bucket.delete_object(f"k/{key}")


def test_errors_are_those_of_oss(bucket: oss2.Bucket) -> None:
    """Errors have the exception types and codes of OSS."""
    with pytest.raises(oss2.exceptions.OssError) as error:
        bucket.put_object("o/x", b"x", headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="})
    assert error.value.code == "InvalidDigest"
    bucket.put_object("o/x", b"x")
    with pytest.raises(oss2.exceptions.OssError) as error:
        bucket.put_object("o/x", b"y", headers={"x-oss-forbid-overwrite": "true"})
    assert (error.value.status, error.value.code) == (409, "FileAlreadyExists")
    with pytest.raises(oss2.exceptions.PreconditionFailed):
        bucket.get_object("o/x", headers={"If-Match": '"0"'})
    with pytest.raises(oss2.exceptions.NotModified):
        bucket.get_object("o/x", headers={"If-None-Match": bucket.head_object("o/x").etag})
    with pytest.raises(oss2.exceptions.OssError) as error:
        bucket.append_object("o/y", 0, b"x")
    assert (error.value.status, error.value.code) == (405, "MethodNotAllowed")
