"""The stores that one suite holds to the same contract."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from darkroom.aws.listing import S3Lister
from darkroom.aws.s3 import S3Objects
from darkroom.aws.writing import S3Writer
from darkroom.ports import ObjectReader, ObjectWriter
from darkroom.ports.listing import ObjectLister
from tests.fakes.listing import MemoryLister
from tests.fakes.objects import MemoryObjects

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

NAMES = {"here": "s3-here", "there": "s3-there"}


@dataclass(frozen=True, kw_only=True)
class Store:
    """What reads, writes and lists the buckets `here` and `there`."""

    reader: ObjectReader
    writer: ObjectWriter
    lister: ObjectLister


def in_memory() -> Store:
    """Keep objects in memory."""
    objects = MemoryObjects()
    return Store(reader=objects, writer=objects, lister=MemoryLister(stored=objects.stored))


def in_s3(client: "S3Client") -> Store:
    """Keep objects in the buckets of an S3, which are emptied."""
    for name in NAMES.values():
        client.create_bucket(Bucket=name)
        for entry in client.list_objects_v2(Bucket=name).get("Contents", []):
            client.delete_object(Bucket=name, Key=entry["Key"])
    return Store(
        reader=S3Objects(client=client, buckets=NAMES),
        writer=S3Writer(client=client, buckets=NAMES),
        lister=S3Lister(client=client, buckets=NAMES),
    )


def client_of(endpoint: str) -> "S3Client":
    """Connect to an S3 on loopback."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(request_checksum_calculation="when_required"),
    )
