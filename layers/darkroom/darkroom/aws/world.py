"""The adapters of one deployment, built once."""

from datetime import UTC, datetime

import boto3
from botocore.config import Config

from darkroom.auth import Credentials
from darkroom.aws.absent import ListedBuckets, NoKeys, NoStyles
from darkroom.aws.dynamodb import BucketRecords, TableBuckets, TableStyles
from darkroom.aws.listing import S3Lister
from darkroom.aws.s3 import S3Objects, S3Results
from darkroom.aws.secrets import SecretKeys
from darkroom.aws.writing import S3Writer
from darkroom.ports import BucketStore, StyleStore
from darkroom.settings import Settings
from darkroom.usecases.world import World


def build(settings: Settings) -> World:
    """Connect the service to AWS; the standard environment chooses region and endpoints."""
    config = _config(settings)
    client = boto3.client("s3", config=config)
    names = {name: entry.s3 for name, entry in settings.buckets.items()}
    objects = S3Objects(client=client, buckets=names)
    results = settings.results_bucket and S3Results(client=client, bucket=settings.results_bucket)
    buckets, styles = _kept(settings, config)
    return World(
        settings=settings,
        clock=_now,
        credentials=_credentials(settings, config),
        buckets=buckets,
        styles=styles,
        objects=objects,
        links=objects,
        writer=S3Writer(client=client, buckets=names),
        lister=S3Lister(client=client, buckets=names),
        results=results or None,
    )


def _config(settings: Settings) -> Config:
    """Give up in time: three silences and a pause between them leave room for an answer."""
    return Config(
        signature_version="s3v4",
        connect_timeout=settings.store_timeout,
        read_timeout=settings.store_timeout,
        retries={"mode": "standard", "total_max_attempts": 3},
        # Stores that only resemble S3 do not know the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _kept(settings: Settings, config: Config) -> tuple[BucketStore, StyleStore]:
    if settings.table is None:
        return ListedBuckets(entries=settings.buckets), NoStyles()
    client = boto3.client("dynamodb", config=config)
    records = BucketRecords(client, settings.table, settings.buckets, _now)
    return TableBuckets(records=records), TableStyles(records=records)


def _credentials(settings: Settings, config: Config) -> Credentials:
    if settings.keys_secret is None:
        return NoKeys()
    client = boto3.client("secretsmanager", config=config)
    return SecretKeys(client, settings.keys_secret, _now)
