"""Listing the objects of S3 buckets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from darkroom.aws.attributes import etag_of, storage_class_of
from darkroom.aws.refusals import s3_errors
from darkroom.ports.listing import Listed, Listing, Page

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True, kw_only=True)
class S3Lister:
    """Objects in S3 buckets, by the OSS names of these."""

    client: "S3Client"
    buckets: Mapping[str, str]
    """S3 bucket by OSS name."""

    def list(
        self, bucket: str, listing: Listing, *, token: str | None = None, after: str = ""
    ) -> Page:
        """Ask S3, whose tokens are passed on as they are."""
        place: dict[str, Any] = {"ContinuationToken": token} if token else {"StartAfter": after}
        with s3_errors(bucket):
            response = self.client.list_objects_v2(
                Bucket=self.buckets[bucket],
                Prefix=listing.prefix,
                Delimiter=listing.delimiter,
                MaxKeys=listing.limit,
                **place,
            )
        return Page(
            objects=[_listed(entry) for entry in response.get("Contents", [])],
            prefixes=[entry["Prefix"] for entry in response.get("CommonPrefixes", [])],
            onward=response.get("NextContinuationToken"),
        )


def _listed(entry: Mapping[str, Any]) -> Listed:
    return Listed(
        key=entry["Key"],
        size=entry["Size"],
        etag=etag_of(entry),
        last_modified=entry["LastModified"].astimezone(UTC),
        storage_class=storage_class_of(entry),
    )
