"""S3 as object store: reading, writing, listing, presigned URLs."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from botocore.exceptions import HTTPClientError, IncompleteReadError, ResponseStreamingError
from msgspec import Struct

from darkroom.aws.errors import translate_s3_errors
from darkroom.aws.header_texts import ascii_header
from darkroom.aws.s3_metadata import etag, object_info, s3_params, storage_class, store_etag
from darkroom.errors import Code, OssError, file_already_exists
from darkroom.http_dates import parse_http_date
from darkroom.ports.bodies import Body, SpooledBody, crc64_of, md5_of
from darkroom.ports.objects import (
    KeyVersion,
    ListPage,
    ListQuery,
    ObjectAttributes,
    ObjectInfo,
    ObjectSummary,
    ObjectVersion,
    OpenObject,
    PutResult,
    RangeSpec,
    VersionPage,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


READ_ATTEMPTS = 3
"""Requests for a body whose connection breaks."""

READ_TIMEOUT = 8.0
"""Seconds after which a broken body is not requested again, so that an error can be answered."""

PRESIGNED_SECONDS = 900

_PAST = datetime(1970, 1, 1, tzinfo=UTC)

_PRESIGN_PARAMS = {
    "content-type": "ResponseContentType",
    "content-language": "ResponseContentLanguage",
    "expires": "ResponseExpires",
    "cache-control": "ResponseCacheControl",
    "content-disposition": "ResponseContentDisposition",
    "content-encoding": "ResponseContentEncoding",
}

DELETE_THREADS = 8
"""Objects deleted at the same time, where S3 cannot delete them in one call."""

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters of keys that S3 cannot repeat in a document."""

_CONTENT_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/")

_BODY_ERRORS = (HTTPClientError, IncompleteReadError, ResponseStreamingError)


class S3Object(Struct, frozen=True, kw_only=True):
    """An object whose body is streamed; a body whose connection breaks is requested again."""

    client: "S3Client"
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    info: ObjectInfo

    def read(self) -> bytes:
        """Read to the end; raises `ObjectReplaced` if the object was replaced before a retry."""
        response = self.response
        end = monotonic() + READ_TIMEOUT
        for _ in range(READ_ATTEMPTS - 1):
            try:
                return bytes(response["Body"].read())
            except _BODY_ERRORS as error:
                if monotonic() > end:
                    raise OssError(Code.SERVICE_UNAVAILABLE) from error
                response = self._reopen()
        with translate_s3_errors(self.info.bucket, self.info.key):
            return bytes(response["Body"].read())

    def blocks(self, size: int) -> Iterator[bytes]:
        """Read block by block; a broken connection is opened again where it broke."""
        body, position, failures = self.response["Body"], 0, 0
        first, last = self._span()
        while position <= last - first:
            try:
                block: bytes = body.read(size)
            except _BODY_ERRORS as error:
                failures += 1
                if failures == READ_ATTEMPTS:
                    raise OssError(Code.SERVICE_UNAVAILABLE) from error
                body.close()
                body = self._reopen(Range=f"bytes={first + position}-{last}")["Body"]
                continue
            if not block:
                return
            position += len(block)
            failures = 0
            yield block
        body.close()

    def _span(self) -> tuple[int, int]:
        """Return the first and the last byte of the body within the object."""
        found = _CONTENT_RANGE.match(self.response.get("ContentRange", ""))
        return (int(found[1]), int(found[2])) if found else (0, self.info.size - 1)

    def _reopen(self, **params: str) -> Mapping[str, Any]:
        with translate_s3_errors(self.info.bucket, self.info.key):
            return self.client.get_object(
                **{**self.request, **params}, IfMatch=self.response["ETag"]
            )

    def close(self) -> None:
        """Close the connection unless the body was read to its end."""
        self.response["Body"].close()


class S3Objects(Struct, frozen=True, kw_only=True):
    """Reads objects in S3 buckets, by their OSS names."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Return the object's header."""
        with translate_s3_errors(bucket, key, version_id):
            response = self.client.head_object(**self._object_params(bucket, key, version_id))
        return object_info(bucket, key, response)

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Request the object: header and body in one call."""
        request = self._object_params(bucket, key, version_id)
        if byte_range is not None:
            request["Range"] = f"bytes={_bound(byte_range[0])}-{_bound(byte_range[1])}"
        with translate_s3_errors(bucket, key):
            response = self.client.get_object(**request)
        info = object_info(bucket, key, response)
        return S3Object(client=self.client, request=request, response=response, info=info)

    def tags(
        self, bucket: str, key: str, *, version_id: str | None = None
    ) -> Sequence[tuple[str, str]]:
        """Return the names and values of the object's tags."""
        with translate_s3_errors(bucket, key, version_id):
            response = self.client.get_object_tagging(
                **self._object_params(bucket, key, version_id)
            )
        return [(tag["Key"], tag["Value"]) for tag in response["TagSet"]]

    def _object_params(self, bucket: str, key: str, version_id: str | None) -> dict[str, Any]:
        version = {} if version_id is None else {"VersionId": version_id}
        return {"Bucket": self.buckets[bucket], "Key": key, **version}

    def presign(self, info: ObjectInfo, *, overrides: Mapping[str, str]) -> str:
        """Return a presigned GET URL of that version."""
        named = self._object_params(info.bucket, info.key, info.version_id)
        return presign(self.client, named, overrides)


def _bound(position: int | None) -> str:
    return "" if position is None else str(position)


def presign(client: "S3Client", named: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return a URL valid for `PRESIGNED_SECONDS`, whose reply has these headers."""
    overrides: dict[str, Any] = {
        _PRESIGN_PARAMS[name]: ascii_header(name, value) for name, value in headers.items()
    }
    if "expires" in headers:
        # An invalid date counts as past (RFC 9111 §5.3), and S3 requires a date.
        overrides[_PRESIGN_PARAMS["expires"]] = parse_http_date(headers["expires"]) or _PAST
    return client.generate_presigned_url(
        "get_object", Params={**named, **overrides}, ExpiresIn=PRESIGNED_SECONDS
    )


class S3Writer(Struct, frozen=True, kw_only=True):
    """Writes objects in S3 buckets, by their OSS names."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""
    long_timeout_client: Callable[[], "S3Client"]
    """Returns the client with a long timeout: S3 answers after it has copied."""
    large_body_client: Callable[[], "S3Client"]
    """Returns the client for bodies in files."""

    def put(
        self,
        bucket: str,
        key: str,
        body: Body,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Store the body; S3 verifies its MD5."""
        md5, checksum = md5_of(body), crc64_of(body)
        client, content = sent_with(body, self.client, self.large_body_client)
        with translate_s3_errors(bucket, key, overwrite=overwrite):
            response = client.put_object(
                Bucket=self.buckets[bucket],
                Key=key,
                Body=content,
                ContentMD5=base64.b64encode(md5).decode(),
                **s3_params(attributes, crc64=checksum, etag=md5.hex().upper()),
                **_condition(overwrite=overwrite),
            )
        return PutResult(
            etag=etag(response),
            version_id=response.get("VersionId"),
            md5=md5,
            crc64=checksum,
        )

    def copy(
        self,
        source: ObjectInfo,
        bucket: str,
        key: str,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Copy the bytes within S3; all attributes are replaced."""
        if not overwrite:
            self._require_absent(bucket, key)
        with translate_s3_errors(bucket, key):
            response = self.long_timeout_client().copy_object(
                Bucket=self.buckets[bucket],
                Key=key,
                CopySource=self._copy_source(source),
                CopySourceIfMatch=source.store_etag or source.etag.lower(),
                MetadataDirective="REPLACE",
                TaggingDirective="COPY" if attributes.tags is None else "REPLACE",
                **s3_params(attributes, crc64=source.crc64, etag=source.etag),
                **_condition(overwrite=overwrite),
            )
        result = response["CopyObjectResult"]
        return PutResult(
            etag=etag(result),
            store_etag=store_etag(result),
            last_modified=result["LastModified"].astimezone(UTC),
            version_id=response.get("VersionId"),
            crc64=source.crc64,
        )

    def _require_absent(self, bucket: str, key: str) -> None:
        """Raise `FileAlreadyExists` for an object: S3-compatible stores may ignore a condition."""
        try:
            with translate_s3_errors(bucket, key):
                self.client.head_object(Bucket=self.buckets[bucket], Key=key)
        except OssError as error:
            if error.code is Code.NO_SUCH_KEY:
                return
            raise
        raise file_already_exists()

    def _copy_source(self, source: ObjectInfo) -> Any:
        named = {"Bucket": self.buckets[source.bucket], "Key": source.key}
        return named if source.version_id is None else {**named, "VersionId": source.version_id}

    def put_tags(self, bucket: str, key: str, tags: Sequence[tuple[str, str]]) -> None:
        """Replace the tags of the object; an empty list deletes them."""
        named: dict[str, Any] = {"Bucket": self.buckets[bucket], "Key": key}
        with translate_s3_errors(bucket, key):
            if not tags:
                self.client.delete_object_tagging(**named)
                return
            listed = [{"Key": name, "Value": value} for name, value in tags]
            self.client.put_object_tagging(
                **named,
                Tagging={"TagSet": listed},  # type: ignore[typeddict-item]
            )

    def delete(self, bucket: str, key: str, *, version_id: str | None = None) -> None:
        """Delete the object; a missing one is no error."""
        version: dict[str, Any] = {} if version_id is None else {"VersionId": version_id}
        with translate_s3_errors(bucket, key):
            self.client.delete_object(Bucket=self.buckets[bucket], Key=key, **version)

    def delete_all(self, bucket: str, named: Sequence[KeyVersion]) -> Sequence[KeyVersion]:
        """Delete up to 1000 objects or versions; return those that are gone.

        S3 takes a list in XML, so keys with characters that XML cannot hold are deleted one by one.
        """
        single = {each for each in named if NOT_IN_XML.search(each[0])}
        with ThreadPoolExecutor(DELETE_THREADS) as pool:
            list(pool.map(lambda each: self.delete(bucket, each[0], version_id=each[1]), single))
        listed = [each for each in named if each not in single]
        failed = self._delete_listed(bucket, listed) if listed else set()
        return [each for each in named if each not in failed]

    def _delete_listed(self, bucket: str, named: Sequence[KeyVersion]) -> set[KeyVersion]:
        objects = [
            {"Key": key, **({} if version_id is None else {"VersionId": version_id})}
            for key, version_id in named
        ]
        with translate_s3_errors(bucket):
            response = self.client.delete_objects(
                Bucket=self.buckets[bucket],
                Delete={"Objects": objects, "Quiet": True},  # type: ignore[typeddict-item]
            )
        return {
            (error.get("Key", ""), error.get("VersionId")) for error in response.get("Errors", [])
        }


def sent_with(
    body: Body, client: "S3Client", large_body_client: Callable[[], "S3Client"]
) -> tuple["S3Client", Any]:
    """Return the client that sends a body, and what it sends."""
    if isinstance(body, SpooledBody):
        return large_body_client(), body.from_start()
    return client, body


def _condition(*, overwrite: bool) -> dict[str, Any]:
    return {} if overwrite else {"IfNoneMatch": "*"}


class S3Lister(Struct, frozen=True, kw_only=True):
    """Lists objects in S3 buckets, by their OSS names."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""

    def list(
        self, bucket: str, listing: ListQuery, *, token: str | None = None, after: str = ""
    ) -> ListPage:
        """Return a page of S3's list; S3's tokens are passed on unchanged."""
        position: dict[str, Any] = {"ContinuationToken": token} if token else {"StartAfter": after}
        with translate_s3_errors(bucket):
            response = self.client.list_objects_v2(
                Bucket=self.buckets[bucket],
                Prefix=listing.prefix,
                Delimiter=listing.delimiter,
                MaxKeys=listing.limit,
                **position,
            )
        return ListPage(
            objects=[_object_summary(entry) for entry in response.get("Contents", [])],
            prefixes=[entry["Prefix"] for entry in response.get("CommonPrefixes", [])],
            next_marker=response.get("NextContinuationToken"),
        )

    def versioning(self, bucket: str) -> str | None:
        """Return the state of the S3 bucket's versioning."""
        with translate_s3_errors(bucket):
            response = self.client.get_bucket_versioning(Bucket=self.buckets[bucket])
        return response.get("Status")

    def list_versions(
        self, bucket: str, listing: ListQuery, *, after: tuple[str, str] = ("", "")
    ) -> VersionPage:
        """Return a page of S3's list of versions, by key."""
        markers = zip(("KeyMarker", "VersionIdMarker"), after, strict=True)
        position = {name: marker for name, marker in markers if marker}
        with translate_s3_errors(bucket):
            response = self.client.list_object_versions(
                Bucket=self.buckets[bucket],
                Prefix=listing.prefix,
                Delimiter=listing.delimiter,
                MaxKeys=listing.limit,
                **position,  # type: ignore[arg-type]
            )
        versions = [_object_version(entry) for entry in response.get("Versions", [])]
        deleted = [_object_version(entry) for entry in response.get("DeleteMarkers", [])]
        next_marker = (response.get("NextKeyMarker", ""), response.get("NextVersionIdMarker", ""))
        return VersionPage(
            versions=sorted(
                [*versions, *deleted],
                key=lambda version: (version.key.encode(), not version.latest),
            ),
            prefixes=[entry["Prefix"] for entry in response.get("CommonPrefixes", [])],
            next_marker=next_marker if response.get("IsTruncated") else None,
        )


def _object_version(entry: Mapping[str, Any]) -> ObjectVersion:
    return ObjectVersion(
        key=entry["Key"],
        version_id=entry["VersionId"],
        latest=entry["IsLatest"],
        last_modified=entry["LastModified"].astimezone(UTC),
        summary=_object_summary(entry) if "ETag" in entry else None,
    )


def _object_summary(entry: Mapping[str, Any]) -> ObjectSummary:
    return ObjectSummary(
        key=entry["Key"],
        size=entry["Size"],
        etag=etag(entry),
        store_etag=store_etag(entry),
        last_modified=entry["LastModified"].astimezone(UTC),
        storage_class=storage_class(entry),
    )
