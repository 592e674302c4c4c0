"""Builds the adapters of a deployment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from darkroom.auth import Credentials
from darkroom.aws.bucket_table import BucketRecords, TableBuckets, TableStyles
from darkroom.aws.clients import Clients
from darkroom.aws.job_table import TableLocks, TableTasks
from darkroom.aws.s3 import S3Lister, S3Objects, S3Writer
from darkroom.aws.s3_multipart import S3MultipartStore, S3PartStore
from darkroom.aws.s3_results import S3ResultStorage
from darkroom.aws.secrets import OriginSecret, SecretKeys
from darkroom.aws.sqs import AwsNotifier, SqsMessageControl, SqsQueue, SqsReceiver
from darkroom.aws.static_stores import ConfiguredBuckets, NullCredentials, NullStyleStore
from darkroom.imaging.engine import load_engine
from darkroom.limits import Limits
from darkroom.ports import Clock
from darkroom.ports.settings import BucketStore, OriginVerifier, StyleStore
from darkroom.settings import Settings
from darkroom.usecases.result_storage import ResultCache
from darkroom.usecases.services import JobServices, Services


def build_job_services(settings: Settings, clients: Clients, clock: Clock) -> JobServices | None:
    """Return the adapters of jobs; None where a queue or the table is not configured."""
    if settings.jobs_queue is None or settings.dead_letter_queue is None or settings.table is None:
        return None
    return JobServices(
        queue=SqsQueue(clients=clients, url=settings.jobs_queue),
        receiver=SqsReceiver(clients=clients, url=settings.jobs_queue),
        messages=SqsMessageControl(
            clients=clients, url=settings.jobs_queue, dead_letter_url=settings.dead_letter_queue
        ),
        tasks=TableTasks(clients=clients, table=settings.table, clock=clock),
        locks=TableLocks(clients=clients, table=settings.table, clock=clock),
        notifier=AwsNotifier(clients=clients, destinations=settings.topics),
    )


UTC_CLOCK: Clock = partial(datetime.now, UTC)


def build_services(settings: Settings, clock: Clock = UTC_CLOCK) -> Services:
    """Return the adapters; clients that every request needs are created here."""
    clients = Clients(settings)
    client = clients.s3
    names = {name: entry.s3 for name, entry in settings.buckets.items()}
    objects = S3Objects(client=client, buckets=names)
    results = settings.results_bucket and S3ResultStorage(
        client=client, bucket=settings.results_bucket
    )
    buckets, styles = _settings_stores(settings, clients, clock)
    return Services(
        settings=settings,
        clock=clock,
        credentials=_credentials(settings, clients, clock),
        buckets=buckets,
        styles=styles,
        objects=objects,
        presigner=objects,
        writer=S3Writer(
            client=client,
            buckets=names,
            long_timeout_client=clients.s3_long_timeout,
            large_body_client=clients.s3_large_bodies,
        ),
        lister=S3Lister(client=client, buckets=names),
        results=results or None,
        result_cache=_result_cache(settings, clients, names),
        multipart=_multipart_store(settings, clients, names),
        origin_verifier=_origin_verifier(settings, clients, clock),
        limits=Limits.for_memory(settings.memory),
        engine=load_engine() if settings.engine else None,
        jobs=build_job_services(settings, clients, clock),
    )


def _result_cache(
    settings: Settings, clients: Clients, names: Mapping[str, str]
) -> ResultCache | None:
    """Return the cache, with a client of short timeout: a result can be processed again instead."""
    if settings.results_bucket is None or not settings.result_cache:
        return None
    client = clients.s3_short_timeout
    return ResultCache(
        storage=S3ResultStorage(client=client, bucket=settings.results_bucket),
        objects=S3Objects(client=client, buckets=names),
        min_seconds=settings.result_cache_min_ms / 1000,
    )


def _multipart_store(
    settings: Settings, clients: Clients, names: Mapping[str, str]
) -> S3MultipartStore | None:
    """Return the store; parts are staged in the results bucket, whose lifecycle deletes them."""
    if settings.results_bucket is None:
        return None
    parts = S3PartStore(
        client=clients.s3,
        buckets=names,
        staging_bucket=settings.results_bucket,
        long_timeout_client=clients.s3_long_timeout,
        large_body_client=clients.s3_large_bodies,
    )
    return S3MultipartStore(
        client=clients.s3, buckets=names, long_timeout_client=clients.s3_long_timeout, parts=parts
    )


def _settings_stores(
    settings: Settings, clients: Clients, clock: Clock
) -> tuple[BucketStore, StyleStore]:
    if settings.table is None:
        return ConfiguredBuckets(entries=settings.buckets), NullStyleStore()
    records = BucketRecords(clients.dynamodb, settings.table, settings.buckets, clock)
    return TableBuckets(records=records), TableStyles(records=records)


def _credentials(settings: Settings, clients: Clients, clock: Clock) -> Credentials:
    if settings.keys_secret is None:
        return NullCredentials()
    return SecretKeys(clients.secretsmanager, settings.keys_secret, clock)


def _origin_verifier(settings: Settings, clients: Clients, clock: Clock) -> OriginVerifier | None:
    if settings.origin_secret is None:
        return None
    return OriginSecret(clients.secretsmanager, settings.origin_secret, clock)
