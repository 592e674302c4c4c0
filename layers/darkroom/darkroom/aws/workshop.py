"""The adapters of asynchronous work, built once."""

from darkroom.aws.clients import Clients
from darkroom.aws.queue import SqsLetters, SqsQueue
from darkroom.aws.tasks import TableLocks, TableTasks
from darkroom.aws.topics import MappedTopics
from darkroom.ports import Clock
from darkroom.settings import Settings
from darkroom.usecases.workshop import Workshop


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
