"""Contract of the task store and the locks, in memory and in DynamoDB."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from darkroom.aws.clients import Clients
from darkroom.aws.job_table import TableLocks, TableTasks
from darkroom.jobs import TASK_TTL, Job, JobTarget, State, TargetResult, Task
from darkroom.ports.jobs import AlreadyClaimed, Locks, TaskStore
from darkroom.settings import Settings
from local.demo import TABLE
from tests.contract.conftest import WallClock
from tests.fakes.job_services import MemoryLocks, MemoryTasks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The task store, the locks and their clock."""

    tasks: TaskStore
    locks: Locks
    wall: WallClock


@pytest.fixture(params=["memory", "dynamodb", "dynalite_client"])
def stores(request: pytest.FixtureRequest, wall: WallClock) -> Stores:
    """Return each kind of store in turn, empty."""
    if request.param == "memory":
        return Stores(tasks=MemoryTasks(clock=wall), locks=MemoryLocks(clock=wall), wall=wall)
    request.getfixturevalue(request.param)
    clients = Clients(Settings(buckets={}))
    return Stores(
        tasks=TableTasks(clients=clients, table=TABLE, clock=wall),
        locks=TableLocks(clients=clients, table=TABLE, clock=wall),
        wall=wall,
    )


def test_a_claimed_task_is_running(stores: Stores, task: Task) -> None:
    """A lookup returns RUNNING right after the claim, and ACCEPTED after the release."""
    stores.tasks.create(replace(task, state=State.ACCEPTED))
    claimed = stores.tasks.claim("Image-1", "one", stores.wall() + MINUTE)
    found = stores.tasks.find("Image-1")
    assert found is not None
    assert (claimed.state, found.state) == (State.RUNNING, State.RUNNING)
    stores.tasks.update(replace(claimed, state=State.ACCEPTED), owner="one", release=True)
    freed = stores.tasks.find("Image-1")
    assert freed is not None
    assert freed.state is State.ACCEPTED


@pytest.fixture
def task(wall: WallClock) -> Task:
    """Return a task with a value in every field."""
    job = Job(
        task_id="Image-1",
        event_id="123-abc",
        bucket="demo",
        key="图片/a b.jpg",
        targets=(JobTarget(process="image/info", bucket="demo", key="{object}"),) * 2,
        accepted=wall(),
        etag="0" * 32,
        topic="done",
        by_rule=True,
        redrive_count=2,
    )
    return Task(job=job)


def test_a_task_is_created_once(stores: Stores, task: Task) -> None:
    """`create` returns False if the id exists, and leaves the first task unchanged."""
    assert stores.tasks.find("Image-1") is None
    assert stores.tasks.create(task)
    assert not stores.tasks.create(replace(task, state=State.FAILED))
    assert stores.tasks.find("Image-1") == task


def test_an_update_stores_every_field(stores: Stores, task: Task) -> None:
    """An update stores every field."""
    stores.tasks.create(task)
    claimed = stores.tasks.claim("Image-1", "one", stores.wall() + MINUTE)
    ended = replace(
        claimed,
        state=State.FAILED,
        results={1: TargetResult(bucket="demo", key="ü", size=7)},
        code="BadRequest",
        message="„so“",
        finished_at=stores.wall(),
        notified=True,
    )
    stores.tasks.update(ended, owner="one", release=True)
    assert stores.tasks.find("Image-1") == ended


def test_a_claimed_task_belongs_to_its_owner(stores: Stores, task: Task) -> None:
    """A claim by another owner raises AlreadyClaimed; each claim counts as an attempt."""
    stores.tasks.create(task)
    assert stores.tasks.claim("Image-1", "one", stores.wall() + MINUTE).attempts == 1
    with pytest.raises(AlreadyClaimed):
        stores.tasks.claim("Image-1", "two", stores.wall() + MINUTE)
    again = stores.tasks.claim("Image-1", "one", stores.wall() + MINUTE)
    assert (again.attempts, again.state) == (2, State.RUNNING)


def test_a_claim_ends_with_its_lease(stores: Stores, task: Task) -> None:
    """After the lease, another owner can claim the task and the first can no longer update it."""
    stores.tasks.create(task)
    first = stores.tasks.claim("Image-1", "one", stores.wall() + MINUTE)
    stores.wall.now += 2 * MINUTE
    stores.tasks.claim("Image-1", "two", stores.wall() + MINUTE)
    with pytest.raises(AlreadyClaimed):
        stores.tasks.update(replace(first, state=State.SUCCEEDED), owner="one")


def test_a_released_task_can_be_claimed_at_once(stores: Stores, task: Task) -> None:
    """A worker that gives up releases the task, and the next worker need not await the lease."""
    stores.tasks.create(task)
    claimed = stores.tasks.claim("Image-1", "one", stores.wall() + MINUTE)
    stores.tasks.update(replace(claimed, state=State.ACCEPTED), owner="one", release=True)
    assert stores.tasks.claim("Image-1", "two", stores.wall() + MINUTE).attempts == 2


def test_a_claim_of_a_finished_task_keeps_its_state(stores: Stores, task: Task) -> None:
    """A claim of a finished task returns its final state: the notification may be missing."""
    stores.tasks.create(task)
    claimed = stores.tasks.claim("Image-1", "one", stores.wall() + MINUTE)
    stores.tasks.update(replace(claimed, state=State.SUCCEEDED), owner="one", release=True)
    assert stores.tasks.claim("Image-1", "two", stores.wall() + MINUTE).state is State.SUCCEEDED


def test_a_missing_task_cannot_be_claimed(stores: Stores) -> None:
    """A claim of a missing task raises AlreadyClaimed and creates nothing."""
    with pytest.raises(AlreadyClaimed):
        stores.tasks.claim("Image-9", "one", stores.wall() + MINUTE)
    assert stores.tasks.find("Image-9") is None


def test_a_lock_has_one_owner(stores: Stores) -> None:
    """A lock has one owner until its release or the end of its lease."""
    locks, wall = stores.locks, stores.wall
    assert locks.acquire("demo/a", "one", wall() + MINUTE)
    assert locks.acquire("demo/a", "one", wall() + MINUTE)
    assert not locks.acquire("demo/a", "two", wall() + MINUTE)
    assert locks.acquire("demo/b", "two", wall() + MINUTE)
    locks.release("demo/a", "two")
    assert not locks.acquire("demo/a", "two", wall() + MINUTE)
    locks.release("demo/a", "one")
    assert locks.acquire("demo/a", "two", wall() + MINUTE)
    wall.now += 2 * MINUTE
    assert locks.acquire("demo/a", "three", wall() + MINUTE)


def test_tasks_have_a_time_to_live(dynamodb: "DynamoDBClient", wall: WallClock, task: Task) -> None:
    """Items of tasks carry the time after which DynamoDB may delete them."""
    clients = Clients(Settings(buckets={}))
    TableTasks(clients=clients, table=TABLE, clock=wall).create(task)
    item = dynamodb.get_item(TableName=TABLE, Key={"id": {"S": "task#Image-1"}})["Item"]
    assert int(item["expires"]["N"]) == int((wall() + TASK_TTL).timestamp())
