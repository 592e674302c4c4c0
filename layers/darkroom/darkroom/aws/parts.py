"""Parts of uploads that wait in the results bucket to be put together."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import etag_of
from darkroom.aws.refusals import s3_errors
from darkroom.crc64 import crc64
from darkroom.errors import Code, OssError
from darkroom.ports import Replaced, Written
from darkroom.ports.uploads import UploadedPart, UploadRef

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PREFIX = "parts/"
"""What the lifecycle of the bucket tells parts by: results are beside them."""

MOST_AT_ONCE = 1000
"""Objects that S3 deletes with one request."""


@dataclass(frozen=True, kw_only=True)
class S3Parts:
    """Parts that wait in a bucket which empties itself."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""
    waiting: str
    """S3 bucket of the parts."""

    def put(self, upload: UploadRef, number: int, body: bytes) -> Written:
        """Keep a part of an upload that is open."""
        self._check(upload)
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        with s3_errors(upload.bucket, upload.key):
            response = self.client.put_object(
                Bucket=self.waiting,
                Key=_name(upload, number),
                Body=body,
                ContentMD5=base64.b64encode(md5).decode(),
            )
        return Written(etag=etag_of(response), md5=md5, crc64=crc64(body))

    def list(self, upload: UploadRef) -> Sequence[UploadedPart]:
        """Give all parts by number."""
        self._check(upload)
        return list(self._found(upload))

    def _found(self, upload: UploadRef) -> Iterator[UploadedPart]:
        pages = self.client.get_paginator("list_objects_v2")
        with s3_errors(upload.bucket, upload.key):
            for page in pages.paginate(Bucket=self.waiting, Prefix=_prefix(upload)):
                for entry in page.get("Contents", []):
                    yield _part(entry)

    def _check(self, upload: UploadRef) -> None:
        """Ask S3 whether it knows the upload, under that key of that bucket."""
        with s3_errors(upload.bucket, upload.key):
            response = self.client.list_parts(**members_of_upload(self.buckets, upload), MaxParts=1)
        if response["Key"] != upload.key:
            raise OssError(Code.NO_SUCH_UPLOAD)

    def read(self, upload: UploadRef, part: UploadedPart) -> bytes:
        """Read a part that was seen; `InvalidPart` when it is gone or another one by now."""
        name = _name(upload, part.number)
        try:
            with s3_errors(self.waiting, name):
                response = self.client.get_object(
                    Bucket=self.waiting, Key=name, IfMatch=part.etag.lower()
                )
                body: bytes = response["Body"].read()
        except (OssError, Replaced) as error:
            if isinstance(error, Replaced) or error.code is Code.NO_SUCH_KEY:
                raise OssError(Code.INVALID_PART) from error
            raise
        return body

    def forget(self, upload: UploadRef) -> None:
        """Remove what waits; what cannot be removed now expires."""
        with suppress(OssError):
            names = [_name(upload, part.number) for part in self._found(upload)]
            for first in range(0, len(names), MOST_AT_ONCE):
                objects = [{"Key": name} for name in names[first : first + MOST_AT_ONCE]]
                with s3_errors(upload.bucket, upload.key):
                    self.client.delete_objects(
                        Bucket=self.waiting,
                        Delete={"Objects": objects, "Quiet": True},  # type: ignore[typeddict-item]
                    )


def members_of_upload(buckets: Mapping[str, str], upload: UploadRef) -> Any:
    """Name an upload as S3 does."""
    return {"Bucket": buckets[upload.bucket], "Key": upload.key, "UploadId": upload.id}


def _prefix(upload: UploadRef) -> str:
    name = f"{upload.bucket}\n{upload.key}\n{upload.id}"
    return f"{PREFIX}{hashlib.sha256(name.encode()).hexdigest()}/"


def _name(upload: UploadRef, number: int) -> str:
    return f"{_prefix(upload)}{number:05}"


def _part(entry: Mapping[str, Any]) -> UploadedPart:
    return UploadedPart(
        number=int(entry["Key"].rpartition("/")[2]),
        size=entry["Size"],
        etag=etag_of(entry),
        last_modified=entry["LastModified"].astimezone(UTC),
    )
