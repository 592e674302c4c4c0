"""Writing objects to S3."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import etag_of, members_of
from darkroom.aws.refusals import s3_errors
from darkroom.crc64 import crc64
from darkroom.errors import Code, OssError
from darkroom.ports import Attributes, ObjectInfo, Written

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True, kw_only=True)
class S3Writer:
    """Objects in S3 buckets, by the OSS names of these."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""
    patient: Callable[[], "S3Client"]
    """Gives a client that waits long for an answer: S3 copies before it gives one."""

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        attributes: Attributes,
        *,
        overwrite: bool = True,
    ) -> Written:
        """Store the body; S3 compares its digest."""
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        checksum = crc64(body)
        with s3_errors(bucket, key):
            response = self.client.put_object(
                Bucket=self.buckets[bucket],
                Key=key,
                Body=body,
                ContentMD5=base64.b64encode(md5).decode(),
                **members_of(attributes, crc64=checksum, etag=md5.hex().upper()),
                **_condition(overwrite=overwrite),
            )
        return Written(
            etag=etag_of(response),
            version_id=response.get("VersionId"),
            md5=md5,
            crc64=checksum,
        )

    def copy(
        self,
        source: ObjectInfo,
        bucket: str,
        key: str,
        attributes: Attributes,
        *,
        overwrite: bool = True,
    ) -> Written:
        """Let S3 copy the bytes; all attributes are written anew."""
        if not overwrite:
            self._absent(bucket, key)
        with s3_errors(bucket, key):
            response = self.patient().copy_object(
                Bucket=self.buckets[bucket],
                Key=key,
                CopySource=self._source(source),
                CopySourceIfMatch=source.etag.lower(),
                MetadataDirective="REPLACE",
                TaggingDirective="COPY" if attributes.tags is None else "REPLACE",
                **members_of(attributes, crc64=source.crc64, etag=source.etag),
                **_condition(overwrite=overwrite),
            )
        result = response["CopyObjectResult"]
        return Written(
            etag=etag_of(result),
            last_modified=result["LastModified"].astimezone(UTC),
            version_id=response.get("VersionId"),
            crc64=source.crc64,
        )

    def _absent(self, bucket: str, key: str) -> None:
        """Look before a copy: not every store that resembles S3 heeds a condition on one."""
        try:
            with s3_errors(bucket, key):
                self.client.head_object(Bucket=self.buckets[bucket], Key=key)
        except OssError as error:
            if error.code is Code.NO_SUCH_KEY:
                return
            raise
        raise OssError(Code.FILE_ALREADY_EXISTS)

    def _source(self, source: ObjectInfo) -> Any:
        named = {"Bucket": self.buckets[source.bucket], "Key": source.key}
        return named if source.version_id is None else {**named, "VersionId": source.version_id}

    def delete(self, bucket: str, key: str, *, version_id: str | None = None) -> None:
        """Remove the object; a missing one is no error."""
        version: dict[str, Any] = {} if version_id is None else {"VersionId": version_id}
        with s3_errors(bucket, key):
            self.client.delete_object(Bucket=self.buckets[bucket], Key=key, **version)

    def delete_all(self, bucket: str, keys: Sequence[str]) -> Sequence[str]:
        """Remove up to 1000 objects in one exchange."""
        with s3_errors(bucket):
            response = self.client.delete_objects(
                Bucket=self.buckets[bucket],
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
        kept = {error.get("Key") for error in response.get("Errors", [])}
        return [key for key in keys if key not in kept]


def _condition(*, overwrite: bool) -> dict[str, Any]:
    return {} if overwrite else {"IfNoneMatch": "*"}
