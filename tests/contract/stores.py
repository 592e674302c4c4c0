"""The stores that the contract tests run against: in memory and in S3."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from darkroom.aws.header_texts import send_any_text
from darkroom.aws.s3 import S3Lister, S3Objects, S3Writer
from darkroom.aws.s3_multipart import S3MultipartStore, S3PartStore
from darkroom.ports.multipart import MultipartStore
from darkroom.ports.objects import ObjectLister, ObjectReader, ObjectWriter
from tests.fakes.listing import MemoryLister
from tests.fakes.multipart import MemoryMultipartStore
from tests.fakes.objects import MemoryObjects

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

STAGING_BUCKET = "s3-staging"
NAMES = {"here": "s3-here", "there": "s3-there"}


@dataclass(frozen=True, kw_only=True)
class Store:
    """Reader, writer, lister and multipart store of the buckets `here` and `there`."""

    reader: ObjectReader
    writer: ObjectWriter
    lister: ObjectLister
    uploads: MultipartStore


def in_memory() -> Store:
    """Return stores in memory."""
    objects = MemoryObjects()
    return Store(
        reader=objects,
        writer=objects,
        lister=MemoryLister(stored=objects.stored),
        uploads=MemoryMultipartStore(objects=objects),
    )


def in_s3(client: "S3Client") -> Store:
    """Return stores in S3 buckets, after emptying the buckets."""
    for name in (*NAMES.values(), STAGING_BUCKET):
        with suppress(client.exceptions.BucketAlreadyOwnedByYou):
            client.create_bucket(Bucket=name)
        for entry in client.list_objects_v2(Bucket=name).get("Contents", []):
            client.delete_object(Bucket=name, Key=entry["Key"])
        for upload in client.list_multipart_uploads(Bucket=name).get("Uploads", []):
            client.abort_multipart_upload(
                Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"]
            )
    parts = S3PartStore(
        client=client,
        buckets=NAMES,
        staging_bucket=STAGING_BUCKET,
        long_timeout_client=lambda: client,
        large_body_client=lambda: client,
    )
    return Store(
        reader=S3Objects(client=client, buckets=NAMES),
        writer=S3Writer(
            client=client,
            buckets=NAMES,
            long_timeout_client=lambda: client,
            large_body_client=lambda: client,
        ),
        lister=S3Lister(client=client, buckets=NAMES),
        uploads=S3MultipartStore(
            client=client, buckets=NAMES, long_timeout_client=lambda: client, parts=parts
        ),
    )


def client_of(endpoint: str) -> "S3Client":
    """Connect to an S3 server."""
    return send_any_text(
        boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(signature_version="s3v4", request_checksum_calculation="when_required"),
        )
    )
