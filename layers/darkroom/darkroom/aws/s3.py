"""S3 as object store and link maker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from botocore.exceptions import HTTPClientError, IncompleteReadError, ResponseStreamingError

from darkroom.aws.attributes import info_of
from darkroom.aws.refusals import s3_errors
from darkroom.errors import Code, OssError
from darkroom.ports import ObjectInfo, OpenObject, Span
from darkroom.usecases.conditions import http_date

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

READ_ATTEMPTS = 3
"""How often a body is asked for that breaks off on its way."""

READ_PATIENCE = 8.0
"""Seconds after which it is not asked for again: time is left to say so."""

LINK_SECONDS = 900

_PAST = datetime(1970, 1, 1, tzinfo=UTC)

_LINK_OVERRIDES = {
    "content-type": "ResponseContentType",
    "content-language": "ResponseContentLanguage",
    "expires": "ResponseExpires",
    "cache-control": "ResponseCacheControl",
    "content-disposition": "ResponseContentDisposition",
    "content-encoding": "ResponseContentEncoding",
}

_BROKEN = (HTTPClientError, IncompleteReadError, ResponseStreamingError)


@dataclass(frozen=True, kw_only=True)
class S3Object:
    """An object whose body streams in; a body that breaks off is asked for again."""

    client: "S3Client"
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    info: ObjectInfo

    def read(self) -> bytes:
        """Read to the end; raise `Replaced` when another version is there meanwhile."""
        response = self.response
        end = monotonic() + READ_PATIENCE
        for _ in range(READ_ATTEMPTS - 1):
            try:
                return self._body(response)
            except _BROKEN as error:
                if monotonic() > end:
                    raise OssError(Code.SERVICE_UNAVAILABLE) from error
                response = self._again()
        with s3_errors(self.info.bucket, self.info.key):
            return self._body(response)

    def _body(self, response: Mapping[str, Any]) -> bytes:
        body: bytes = response["Body"].read()
        return body

    def _again(self) -> Mapping[str, Any]:
        with s3_errors(self.info.bucket, self.info.key):
            return self.client.get_object(**self.request, IfMatch=self.response["ETag"])

    def close(self) -> None:
        """Drop the connection unless the body was read to its end."""
        self.response["Body"].close()


@dataclass(frozen=True, kw_only=True)
class S3Objects:
    """Objects in S3 buckets, by the OSS names of these."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Ask for the header alone."""
        with s3_errors(bucket, key, version_id):
            response = self.client.head_object(**self._named(bucket, key, version_id))
        return info_of(bucket, key, response)

    def open(
        self, bucket: str, key: str, *, version_id: str | None = None, span: Span | None = None
    ) -> OpenObject:
        """Ask for the object: header and body in one exchange."""
        request = self._named(bucket, key, version_id)
        if span is not None:
            request["Range"] = f"bytes={_bound(span[0])}-{_bound(span[1])}"
        with s3_errors(bucket, key):
            response = self.client.get_object(**request)
        info = info_of(bucket, key, response)
        return S3Object(client=self.client, request=request, response=response, info=info)

    def _named(self, bucket: str, key: str, version_id: str | None) -> dict[str, Any]:
        version = {} if version_id is None else {"VersionId": version_id}
        return {"Bucket": self.buckets[bucket], "Key": key, **version}

    def link(self, info: ObjectInfo, *, overrides: Mapping[str, str]) -> str:
        """Presign a GET of that version."""
        named = self._named(info.bucket, info.key, info.version_id)
        return presigned(self.client, named, overrides)


def _bound(position: int | None) -> str:
    return "" if position is None else str(position)


def presigned(client: "S3Client", named: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Write an address that is good for some minutes, to be answered with these headers."""
    overrides: dict[str, Any] = {_LINK_OVERRIDES[name]: value for name, value in headers.items()}
    if "expires" in headers:
        # What is no date is one in the past (RFC 9111 §5.3), and S3 has to be given one.
        overrides[_LINK_OVERRIDES["expires"]] = http_date(headers["expires"]) or _PAST
    return client.generate_presigned_url(
        "get_object", Params={**named, **overrides}, ExpiresIn=LINK_SECONDS
    )
