"""Multipart uploads on S3 (docs/decisions/064-uploads.md).

S3 requires 5 MB in every part but the last, more than a request to a function can carry. So parts
are staged as objects in the results bucket, and completing the upload joins several small ones to
one part of S3. A part that is large enough, as a server takes it, is copied within S3.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from msgspec import Struct

from darkroom.aws.errors import translate_s3_errors
from darkroom.aws.s3 import NOT_IN_XML, sent_with
from darkroom.aws.s3_metadata import etag, s3_params, storage_class, store_etag
from darkroom.errors import Code, OssError
from darkroom.ports.bodies import Body, crc64_of, md5_of
from darkroom.ports.multipart import MultipartUpload, UploadedPart, UploadPage, UploadRef
from darkroom.ports.objects import ListQuery, ObjectAttributes, ObjectReplaced, PutResult

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


PREFIX = "parts/"
"""Prefix of the keys of staged parts; the bucket's lifecycle has a rule for it."""

_FORBIDS_OVERWRITE = 0
"""Number of an empty object among the parts, of an upload that must not replace an object."""

MAX_DELETED_AT_ONCE = 1000
"""Objects that S3 deletes with one request."""


class Piece(Struct, frozen=True, kw_only=True):
    """Bytes of a staged part, from `first` up to `end`."""

    part: UploadedPart
    first: int
    end: int

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.end - self.first

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the part."""
        return self.size == self.part.size

    @property
    def byte_range(self) -> str:
        """The value of a `Range` header."""
        return f"bytes={self.first}-{self.end - 1}"


class S3PartStore(Struct, frozen=True, kw_only=True):
    """Parts staged in a bucket whose lifecycle deletes them."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""
    staging_bucket: str
    """S3 bucket of the staged parts."""
    long_timeout_client: Callable[[], "S3Client"]
    """Returns the client with a long timeout: S3 answers after it has copied."""
    large_body_client: Callable[[], "S3Client"]
    """Returns the client for bodies in files."""

    def put(self, upload: UploadRef, number: int, body: Body) -> PutResult:
        """Store a part of an open upload."""
        self._check(upload)
        md5 = md5_of(body)
        client, content = sent_with(body, self.client, self.large_body_client)
        with translate_s3_errors(upload.bucket, upload.key):
            response = client.put_object(
                Bucket=self.staging_bucket,
                Key=_part_key(upload, number),
                Body=content,
                ContentMD5=base64.b64encode(md5).decode(),
            )
        return PutResult(etag=etag(response), md5=md5, crc64=crc64_of(body))

    def list(self, upload: UploadRef) -> Sequence[UploadedPart]:
        """Return all parts, by number."""
        self._check(upload)
        return list(self._staged_parts(upload))

    def _staged_parts(self, upload: UploadRef) -> Iterator[UploadedPart]:
        staged = map(_uploaded_part, self._staged_objects(upload))
        return (part for part in staged if part.number != _FORBIDS_OVERWRITE)

    def _staged_objects(self, upload: UploadRef) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("list_objects_v2")
        with translate_s3_errors(upload.bucket, upload.key):
            for page in pages.paginate(Bucket=self.staging_bucket, Prefix=_prefix(upload)):
                yield from page.get("Contents", [])

    def _check(self, upload: UploadRef) -> None:
        """Raise `NoSuchUpload` unless S3 has the upload under that key of that bucket."""
        with translate_s3_errors(upload.bucket, upload.key):
            response = self.client.list_parts(**upload_params(self.buckets, upload), MaxParts=1)
        if response["Key"] != upload.key:
            raise OssError(Code.NO_SUCH_UPLOAD)

    def forbid_overwrite(self, upload: UploadRef) -> None:
        """Store that completing the upload must not replace an object: S3's upload cannot."""
        with translate_s3_errors(upload.bucket, upload.key):
            self.client.put_object(
                Bucket=self.staging_bucket, Key=_part_key(upload, _FORBIDS_OVERWRITE), Body=b""
            )

    def forbids_overwrite(self, upload: UploadRef) -> bool:
        """Return whether `forbid_overwrite` was called for the upload."""
        name = _part_key(upload, _FORBIDS_OVERWRITE)
        with translate_s3_errors(upload.bucket, upload.key):
            found = self.client.list_objects_v2(Bucket=self.staging_bucket, Prefix=name, MaxKeys=1)
        return "Contents" in found

    def read(self, upload: UploadRef, piece: Piece) -> bytes:
        """Read a piece of a listed part; raises `InvalidPart` if it is gone or was replaced."""
        name = _part_key(upload, piece.part.number)
        span: dict[str, Any] = {} if piece.is_whole else {"Range": piece.byte_range}
        with self._required(name):
            response = self.client.get_object(
                Bucket=self.staging_bucket, Key=name, IfMatch=piece.part.etag.lower(), **span
            )
            body: bytes = response["Body"].read()
        return body

    def copy(self, upload: UploadRef, piece: Piece, number: int) -> str:
        """Make a piece a part of S3's upload, and return its ETag; raises as `read` does."""
        name = _part_key(upload, piece.part.number)
        span: dict[str, Any] = {} if piece.is_whole else {"CopySourceRange": piece.byte_range}
        with self._required(name):
            response = self.long_timeout_client().upload_part_copy(
                **upload_params(self.buckets, upload),
                PartNumber=number,
                CopySource={"Bucket": self.staging_bucket, "Key": name},
                CopySourceIfMatch=piece.part.etag.lower(),
                **span,
            )
        return response["CopyPartResult"]["ETag"]

    @contextmanager
    def _required(self, name: str) -> Iterator[None]:
        """Raise `InvalidPart` for a staged part that is gone or was replaced."""
        try:
            with translate_s3_errors(self.staging_bucket, name):
                yield
        except ObjectReplaced as error:
            raise OssError(Code.INVALID_PART) from error
        except OssError as error:
            if error.code is Code.NO_SUCH_KEY:
                raise OssError(Code.INVALID_PART) from error
            raise

    def discard(self, upload: UploadRef) -> None:
        """Delete the staged parts; the lifecycle deletes those that cannot be deleted now."""
        with suppress(OssError):
            names = [entry["Key"] for entry in self._staged_objects(upload)]
            for first in range(0, len(names), MAX_DELETED_AT_ONCE):
                objects = [{"Key": name} for name in names[first : first + MAX_DELETED_AT_ONCE]]
                with translate_s3_errors(upload.bucket, upload.key):
                    self.client.delete_objects(
                        Bucket=self.staging_bucket,
                        Delete={"Objects": objects, "Quiet": True},  # type: ignore[typeddict-item]
                    )


def upload_params(buckets: Mapping[str, str], upload: UploadRef) -> Any:
    """Return S3's parameters for an upload."""
    return {"Bucket": buckets[upload.bucket], "Key": upload.key, "UploadId": upload.id}


def _prefix(upload: UploadRef) -> str:
    name = f"{upload.bucket}\n{upload.key}\n{upload.id}"
    return f"{PREFIX}{hashlib.sha256(name.encode()).hexdigest()}/"


def _part_key(upload: UploadRef, number: int) -> str:
    return f"{_prefix(upload)}{number:05}"


def _uploaded_part(entry: Mapping[str, Any]) -> UploadedPart:
    return UploadedPart(
        number=int(entry["Key"].rpartition("/")[2]),
        size=entry["Size"],
        etag=etag(entry),
        last_modified=entry["LastModified"].astimezone(UTC),
    )


GROUP = 8 * 1024 * 1024
"""Minimum bytes of the parts that are joined to one part of S3."""

THREADS = 6
"""Groups sent at the same time; each holds up to `GROUP` and one part in memory, twice."""

MIN_S3_PART = 5 * 1024 * 1024
"""Bytes of the smallest part that S3 joins, except the last one."""

type Group = Sequence[Piece]
"""Pieces of one part of S3; a single one of `MIN_S3_PART` and more is copied within S3."""


class S3MultipartStore(Struct, frozen=True, kw_only=True):
    """S3's own uploads, filled with the staged parts when they are completed."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""
    long_timeout_client: Callable[[], "S3Client"]
    """Returns the client with a long timeout: S3 answers after it has joined the parts."""
    parts: S3PartStore

    def initiate(
        self, bucket: str, key: str, attributes: ObjectAttributes, *, overwrite: bool = True
    ) -> str:
        """Open an upload in S3 and return its id.

        Raises `InvalidObjectName` for a key that XML cannot hold: S3 repeats it in its replies.
        """
        if NOT_IN_XML.search(key):
            message = "A key with control characters is stored in one request, not in parts."
            raise OssError(Code.INVALID_OBJECT_NAME, message)
        with translate_s3_errors(bucket, key):
            response = self.client.create_multipart_upload(
                Bucket=self.buckets[bucket], Key=key, **s3_params(attributes)
            )
        upload_id = response["UploadId"]
        if not overwrite:
            self.parts.forbid_overwrite(UploadRef(bucket=bucket, key=key, id=upload_id))
        return upload_id

    def complete(
        self,
        upload: UploadRef,
        parts: Sequence[UploadedPart],
        *,
        overwrite: bool = True,
        remaining: Callable[[], float] = lambda: float("inf"),
    ) -> PutResult:
        """Fill S3's upload with the staged parts and complete it; until then no object exists."""
        uploaded = self._upload_groups(upload, grouped(parts), remaining)
        replaces = overwrite and not self.parts.forbids_overwrite(upload)
        condition: dict[str, Any] = {} if replaces else {"IfNoneMatch": "*"}
        with translate_s3_errors(upload.bucket, upload.key, overwrite=replaces):
            response = self.long_timeout_client().complete_multipart_upload(
                **upload_params(self.buckets, upload),
                MultipartUpload={"Parts": uploaded},  # type: ignore[typeddict-item]
                **condition,
            )
        self.parts.discard(upload)
        return PutResult(
            etag=etag(response),
            store_etag=store_etag(response),
            version_id=response.get("VersionId"),
        )

    def _upload_groups(
        self, upload: UploadRef, groups: Sequence[Group], remaining: Callable[[], float]
    ) -> Sequence[Mapping[str, Any]]:
        def fill(number: int, group: Group) -> Mapping[str, Any]:
            _check_time(remaining)
            if len(group) == 1 and group[0].size >= MIN_S3_PART:
                return {"PartNumber": number, "ETag": self.parts.copy(upload, group[0], number)}
            body = b"".join(self.parts.read(upload, piece) for piece in group)
            with translate_s3_errors(upload.bucket, upload.key):
                response = self.client.upload_part(
                    **upload_params(self.buckets, upload), PartNumber=number, Body=body
                )
            return {"PartNumber": number, "ETag": response["ETag"]}

        with ThreadPoolExecutor(THREADS) as pool:
            # The first failure is raised, and groups not yet started are cancelled.
            return list(pool.map(fill, range(1, len(groups) + 1), groups))

    def abort(self, upload: UploadRef) -> None:
        """Abort the upload in S3 and delete the staged parts."""
        with translate_s3_errors(upload.bucket, upload.key):
            self.client.abort_multipart_upload(**upload_params(self.buckets, upload))
        self.parts.discard(upload)

    def list(
        self, bucket: str, listing: ListQuery, *, after: tuple[str, str] = ("", "")
    ) -> UploadPage:
        """List the open uploads of the S3 bucket, including those of other services."""
        with translate_s3_errors(bucket):
            response = self.client.list_multipart_uploads(
                Bucket=self.buckets[bucket],
                Prefix=listing.prefix,
                Delimiter=listing.delimiter,
                MaxUploads=listing.limit,
                KeyMarker=after[0],
                UploadIdMarker=after[1],
                EncodingType="url",
            )
        # S3-compatible stores may ignore the parameter. botocore decodes other lists only.
        decode = unquote_plus if response.get("EncodingType") == "url" else str
        marker = (decode(response.get("NextKeyMarker", "")), response.get("NextUploadIdMarker", ""))
        return UploadPage(
            uploads=[_multipart_upload(entry, decode) for entry in response.get("Uploads", [])],
            prefixes=[decode(entry["Prefix"]) for entry in response.get("CommonPrefixes", [])],
            next_marker=marker if response["IsTruncated"] else None,
        )


def grouped(parts: Sequence[UploadedPart]) -> list[Group]:
    """Return the parts as groups, in order, each but the last of at least `MIN_S3_PART` bytes.

    Small parts are put together to `GROUP` bytes and more. A large part is a group of its own; it
    gives its first bytes to small ones before it that are too few.
    """
    groups: list[Group] = []
    small: list[Piece] = []
    for part in parts:
        size = sum(piece.size for piece in small)
        if part.size < MIN_S3_PART:
            if size >= GROUP:
                groups.append(small)
                small = []
            small.append(Piece(part=part, first=0, end=part.size))
            continue
        missing = MIN_S3_PART - size if 0 < size < MIN_S3_PART else 0
        given = part.size if part.size - missing < MIN_S3_PART else missing
        if missing:
            small.append(Piece(part=part, first=0, end=given))
        if small:
            groups.append(small)
            small = []
        if not missing or given < part.size:
            first = given if missing else 0
            groups.append([Piece(part=part, first=first, end=part.size)])
    return [*groups, small] if small else groups


def _check_time(remaining: Callable[[], float]) -> None:
    if remaining() <= 0:
        raise OssError(
            Code.SERVICE_UNAVAILABLE,
            "The parts could not be put together in the time allowed. "
            "Upload objects of this size to S3 directly.",
        )


def _multipart_upload(entry: Mapping[str, Any], decode: Callable[[str], str]) -> MultipartUpload:
    return MultipartUpload(
        key=decode(entry["Key"]),
        id=entry["UploadId"],
        initiated=entry["Initiated"].astimezone(UTC),
        storage_class=storage_class(entry),
    )
