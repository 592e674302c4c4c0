"""The adapters of one deployment, built once."""

from collections.abc import Mapping
from datetime import UTC, datetime

from darkroom.auth import Credentials
from darkroom.aws.bucket_table import BucketRecords, TableBuckets, TableStyles
from darkroom.aws.clients import Clients
from darkroom.aws.job_table import TableLocks, TableTasks
from darkroom.aws.s3 import S3Lister, S3Objects, S3Writer
from darkroom.aws.s3_multipart import S3Parts, S3Uploads
from darkroom.aws.s3_results import S3Results
from darkroom.aws.secrets import SecretFront, SecretKeys
from darkroom.aws.sqs import MappedTopics, SqsLetters, SqsQueue
from darkroom.aws.static_stores import ListedBuckets, NoKeys, NoStyles
from darkroom.limits import Limits
from darkroom.ports import BucketStore, Clock, Front, StyleStore
from darkroom.settings import Settings
from darkroom.usecases.result_storage import Keeping
from darkroom.usecases.services import Workshop, World


def build_workshop(settings: Settings, clients: Clients, clock: Clock) -> Workshop | None:
    """Take queues, table and topics of the settings; none where one of them is missing."""
    if settings.jobs_queue is None or settings.dead_letters is None or settings.table is None:
        return None
    return Workshop(
        queue=SqsQueue(clients=clients, url=settings.jobs_queue),
        letters=SqsLetters(
            clients=clients, url=settings.jobs_queue, dead_letters=settings.dead_letters
        ),
        tasks=TableTasks(clients=clients, table=settings.table, clock=clock),
        locks=TableLocks(clients=clients, table=settings.table, clock=clock),
        topics=MappedTopics(clients=clients, places=settings.topics),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def build(settings: Settings, clock: Clock = _now) -> World:
    """Connect the service to AWS; what every request needs is connected at once."""
    clients = Clients(settings)
    client = clients.s3
    names = {name: entry.s3 for name, entry in settings.buckets.items()}
    objects = S3Objects(client=client, buckets=names)
    results = settings.results_bucket and S3Results(client=client, bucket=settings.results_bucket)
    buckets, styles = _kept(settings, clients, clock)
    return World(
        settings=settings,
        clock=clock,
        credentials=_credentials(settings, clients, clock),
        buckets=buckets,
        styles=styles,
        objects=objects,
        links=objects,
        writer=S3Writer(client=client, buckets=names, patient=clients.patient_s3),
        lister=S3Lister(client=client, buckets=names),
        results=results or None,
        keeping=_keeping(settings, clients, names),
        uploads=_uploads(settings, clients, names),
        front=_front(settings, clients, clock),
        limits=Limits.within(settings.memory),
        workshop=build_workshop(settings, clients, clock),
    )


def _keeping(settings: Settings, clients: Clients, names: Mapping[str, str]) -> Keeping | None:
    """Keep results by a client that gives up soon: they can be made."""
    if settings.results_bucket is None or not settings.keep_results:
        return None
    client = clients.hasty_s3
    return Keeping(
        results=S3Results(client=client, bucket=settings.results_bucket),
        sources=S3Objects(client=client, buckets=names),
        least=settings.keep_from / 1000,
    )


def _uploads(settings: Settings, clients: Clients, names: Mapping[str, str]) -> S3Uploads | None:
    """Parts of uploads wait in the bucket that empties itself."""
    if settings.results_bucket is None:
        return None
    parts = S3Parts(client=clients.s3, buckets=names, waiting=settings.results_bucket)
    return S3Uploads(client=clients.s3, buckets=names, patient=clients.patient_s3, parts=parts)


def _kept(settings: Settings, clients: Clients, clock: Clock) -> tuple[BucketStore, StyleStore]:
    if settings.table is None:
        return ListedBuckets(entries=settings.buckets), NoStyles()
    records = BucketRecords(clients.dynamodb, settings.table, settings.buckets, clock)
    return TableBuckets(records=records), TableStyles(records=records)


def _credentials(settings: Settings, clients: Clients, clock: Clock) -> Credentials:
    if settings.keys_secret is None:
        return NoKeys()
    return SecretKeys(clients.secretsmanager, settings.keys_secret, clock)


def _front(settings: Settings, clients: Clients, clock: Clock) -> Front | None:
    if settings.front_secret is None:
        return None
    return SecretFront(clients.secretsmanager, settings.front_secret, clock)
