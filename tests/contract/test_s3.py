"""Rules of the S3 stores alone: the service's metadata, and conditions of copies."""

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from darkroom.aws.s3 import S3Lister, S3Objects, S3Writer
from darkroom.aws.s3_multipart import S3MultipartStore, S3PartStore
from darkroom.buckets import Acl
from darkroom.errors import Code, OssError
from darkroom.ports.objects import ListQuery, ObjectAttributes, ObjectReplaced
from tests.contract.stores import NAMES, STAGING_BUCKET, client_of
from tests.faulty_proxy import Answer, FaultyProxy, ProxiedRequest, refuses

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@pytest.fixture
def reader(client: "S3Client") -> S3Objects:
    """Create the buckets and return their reader."""
    for name in NAMES.values():
        client.create_bucket(Bucket=name)
    return S3Objects(client=client, buckets=NAMES)


@pytest.mark.parametrize(
    ("stored", "acl"),
    [
        ({}, None),
        ({"darkroom-acl": "public-read"}, Acl.PUBLIC_READ),
        ({"darkroom-acl": "public"}, Acl.PRIVATE),
        ({"darkroom-acl": ""}, Acl.PRIVATE),
    ],
    ids=str,
)
def test_an_unknown_acl_is_private(
    client: "S3Client", reader: S3Objects, stored: dict[str, str], acl: Acl | None
) -> None:
    """An unknown ACL in the metadata counts as private."""
    client.put_object(Bucket="s3-here", Key="a", Body=b"x", Metadata=stored | {"author": "alice"})
    info = reader.head("here", "a")
    assert info.acl is acl
    assert info.metadata == {"author": "alice"}


@pytest.mark.parametrize(
    ("text", "crc64"),
    [
        ("{etag} 5", None),
        ("5 {etag}", 5),
        ("5", None),
        ("-5 {etag}", None),
        ("5 0123456789ABCDEF0123456789ABCDEF", None),
    ],
)
def test_a_checksum_of_other_bytes_is_ignored(
    client: "S3Client", reader: S3Objects, text: str, crc64: int | None
) -> None:
    """The stored CRC-64 is used only if its ETag is that of the object."""
    etag = hashlib.md5(b"x", usedforsecurity=False).hexdigest().upper()
    stored = {"darkroom-crc64ecma": text.format(etag=etag)}
    client.put_object(Bucket="s3-here", Key="a", Body=b"x", Metadata=stored)
    assert reader.head("here", "a").crc64 == crc64


def test_a_copy_is_conditional_on_the_etag(client: "S3Client", reader: S3Objects) -> None:
    """A copy sends the ETag of the source as its condition; a 412 raises ObjectReplaced."""
    client.put_object(Bucket="s3-here", Key="a", Body=b"x")
    source = reader.head("here", "a")
    conditions: list[str | None] = []

    def precondition_failed(request: ProxiedRequest) -> None:
        conditions.append(request.headers["x-amz-copy-source-if-match"])
        refuses(412, "PreconditionFailed")(request)

    with FaultyProxy(
        upstream=client.meta.endpoint_url, faults=[precondition_failed]
    ).open() as proxy:
        proxied = client_of(proxy.address)
        writer = S3Writer(
            client=proxied,
            buckets=NAMES,
            long_timeout_client=lambda: proxied,
            large_body_client=lambda: proxied,
        )
        with pytest.raises(ObjectReplaced):
            writer.copy(source, "there", "b", ObjectAttributes())
    assert conditions == [source.etag.lower()]


def test_a_list_of_uploads_continues_after_key_and_id(client: "S3Client") -> None:
    """A list of uploads sends and returns both markers, which moto ignores."""
    body = (
        b"<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>"
        b"<NextKeyMarker>c</NextKeyMarker><NextUploadIdMarker>3</NextUploadIdMarker>"
        b"<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"
        b"<Upload><Key>c</Key><UploadId>3</UploadId><StorageClass>STANDARD_IA</StorageClass>"
        b"<Initiated>2026-08-01T09:30:00.000Z</Initiated></Upload></ListMultipartUploadsResult>"
    )

    def answer(request: ProxiedRequest) -> None:
        request.deliver(Answer(status=200, headers=[], body=body))

    with FaultyProxy(upstream=client.meta.endpoint_url, faults=[answer]).open() as proxy:
        page = uploads_of(client_of(proxy.address)).list(
            "here", ListQuery(prefix="p", delimiter="/", limit=5), after=("a", "1")
        )
        query = parse_qs(urlsplit(proxy.requests[0]).query)
    assert page.next_marker == ("c", "3")
    assert page.prefixes == ["b/"]
    assert [(upload.key, upload.id) for upload in page.uploads] == [("c", "3")]
    assert page.uploads[0].storage_class == "IA"
    sent = {name: value for name, (value,) in query.items()}
    assert (
        sent
        | {
            "prefix": "p",
            "delimiter": "/",
            "max-uploads": "5",
            "key-marker": "a",
            "upload-id-marker": "1",
        }
        == sent
    )


def test_keys_of_uploads_are_read_encoded(client: "S3Client") -> None:
    """S3 writes keys that XML cannot hold percent-encoded if it is asked to, which moto ignores."""
    body = (
        b"<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>"
        b"<EncodingType>url</EncodingType>"
        b"<NextKeyMarker>a+b%0C%2B</NextKeyMarker><NextUploadIdMarker>3+3</NextUploadIdMarker>"
        b"<CommonPrefixes><Prefix>%E5%9B%BE/</Prefix></CommonPrefixes>"
        b"<Upload><Key>a+b%0C%2B</Key><UploadId>3+3</UploadId>"
        b"<Initiated>2026-08-01T09:30:00.000Z</Initiated></Upload></ListMultipartUploadsResult>"
    )

    def answer(request: ProxiedRequest) -> None:
        request.deliver(Answer(status=200, headers=[], body=body))

    with FaultyProxy(upstream=client.meta.endpoint_url, faults=[answer]).open() as proxy:
        page = uploads_of(client_of(proxy.address)).list("here", ListQuery())
        assert parse_qs(urlsplit(proxy.requests[0]).query)["encoding-type"] == ["url"]
    assert page.next_marker == ("a b\f+", "3+3")
    assert page.prefixes == ["图/"]
    assert [(upload.key, upload.id) for upload in page.uploads] == [("a b\f+", "3+3")]


def test_an_upload_under_a_key_that_xml_cannot_hold_is_refused(client: "S3Client") -> None:
    """S3 repeats the key in its replies, which no parser of XML reads."""
    with pytest.raises(OssError) as error:
        uploads_of(client).initiate("here", "a\x0c", ObjectAttributes())
    assert error.value.code is Code.INVALID_OBJECT_NAME


def uploads_of(client: "S3Client") -> S3MultipartStore:
    """Return the multipart store of an S3 client."""
    parts = S3PartStore(
        client=client,
        buckets=NAMES,
        staging_bucket=STAGING_BUCKET,
        long_timeout_client=lambda: client,
        large_body_client=lambda: client,
    )
    return S3MultipartStore(
        client=client, buckets=NAMES, long_timeout_client=lambda: client, parts=parts
    )


def test_a_list_of_a_missing_bucket_is_not_found(client: "S3Client") -> None:
    """A missing S3 bucket raises NoSuchBucket with the name that callers use."""
    lister = S3Lister(client=client, buckets={"here": "s3-nowhere"})
    with pytest.raises(OssError) as error:
        lister.list("here", ListQuery())
    assert error.value.code is Code.NO_SUCH_BUCKET
    assert error.value.details == {"BucketName": "here"}
