"""Tasks and locks: the same rules in memory and in DynamoDB."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.job_table import TableLocks, TableTasks
from darkroom.jobs import TASK_TTL, Job, JobTarget, State, TargetResult, Task
from darkroom.ports.jobs import AlreadyClaimed, Locks, TaskStore
from darkroom.settings import Settings
from local.demo import TABLE
from tests.contract.conftest import Wall
from tests.fakes.job_services import MemoryLocks, MemoryTasks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Both stores, and the clock that they go by."""

    tasks: TaskStore
    locks: Locks
    wall: Wall


@pytest.fixture(params=["memory", "dynamodb"])
def kept(request: pytest.FixtureRequest, wall: Wall) -> Kept:
    """Give each kind in turn, empty."""
    if request.param == "memory":
        return Kept(tasks=MemoryTasks(clock=wall), locks=MemoryLocks(clock=wall), wall=wall)
    request.getfixturevalue("dynamodb")
    clients = Clients(Settings(buckets={}))
    return Kept(
        tasks=TableTasks(clients=clients, table=TABLE, clock=wall),
        locks=TableLocks(clients=clients, table=TABLE, clock=wall),
        wall=wall,
    )


def test_a_claimed_task_is_running(kept: Kept, task: Task) -> None:
    """A lookup returns RUNNING right after the claim, and ACCEPTED after the release."""
    kept.tasks.create(replace(task, state=State.ACCEPTED))
    claimed = kept.tasks.claim("Image-1", "one", kept.wall() + MINUTE)
    found = kept.tasks.find("Image-1")
    assert found is not None
    assert (claimed.state, found.state) == (State.RUNNING, State.RUNNING)
    kept.tasks.update(replace(claimed, state=State.ACCEPTED), owner="one", release=True)
    freed = kept.tasks.find("Image-1")
    assert freed is not None
    assert freed.state is State.ACCEPTED


@pytest.fixture
def task(wall: Wall) -> Task:
    """Draw a task up with everything in it."""
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


def test_a_task_is_accepted_once(kept: Kept, task: Task) -> None:
    """The second of two with one id is told that it is late."""
    assert kept.tasks.find("Image-1") is None
    assert kept.tasks.create(task)
    assert not kept.tasks.create(replace(task, state=State.FAILED))
    assert kept.tasks.find("Image-1") == task


def test_what_has_become_of_it_is_kept_whole(kept: Kept, task: Task) -> None:
    """Every member comes back as it was."""
    kept.tasks.create(task)
    claimed = kept.tasks.claim("Image-1", "one", kept.wall() + MINUTE)
    ended = replace(
        claimed,
        state=State.FAILED,
        results={1: TargetResult(bucket="demo", key="ü", size=7)},
        code="BadRequest",
        message="„so“",
        finished_at=kept.wall(),
        notified=True,
    )
    kept.tasks.update(ended, owner="one", release=True)
    assert kept.tasks.find("Image-1") == ended


def test_a_claimed_task_is_its_owners(kept: Kept, task: Task) -> None:
    """Others are told that it is busy; each claim is an attempt."""
    kept.tasks.create(task)
    assert kept.tasks.claim("Image-1", "one", kept.wall() + MINUTE).attempts == 1
    with pytest.raises(AlreadyClaimed):
        kept.tasks.claim("Image-1", "two", kept.wall() + MINUTE)
    again = kept.tasks.claim("Image-1", "one", kept.wall() + MINUTE)
    assert (again.attempts, again.state) == (2, State.RUNNING)


def test_a_claim_ends_with_its_time(kept: Kept, task: Task) -> None:
    """Then another takes over, and the first one's word counts no more."""
    kept.tasks.create(task)
    first = kept.tasks.claim("Image-1", "one", kept.wall() + MINUTE)
    kept.wall.now += 2 * MINUTE
    kept.tasks.claim("Image-1", "two", kept.wall() + MINUTE)
    with pytest.raises(AlreadyClaimed):
        kept.tasks.update(replace(first, state=State.SUCCEEDED), owner="one")


def test_a_task_set_free_can_be_claimed_at_once(kept: Kept, task: Task) -> None:
    """A worker that gives up releases the task, and the next worker need not await the lease."""
    kept.tasks.create(task)
    claimed = kept.tasks.claim("Image-1", "one", kept.wall() + MINUTE)
    kept.tasks.update(replace(claimed, state=State.ACCEPTED), owner="one", release=True)
    assert kept.tasks.claim("Image-1", "two", kept.wall() + MINUTE).attempts == 2


def test_a_task_that_is_over_is_given_as_it_is(kept: Kept, task: Task) -> None:
    """To tell of it is all that may be left."""
    kept.tasks.create(task)
    claimed = kept.tasks.claim("Image-1", "one", kept.wall() + MINUTE)
    kept.tasks.update(replace(claimed, state=State.SUCCEEDED), owner="one", release=True)
    assert kept.tasks.claim("Image-1", "two", kept.wall() + MINUTE).state is State.SUCCEEDED


def test_no_task_cannot_be_claimed(kept: Kept) -> None:
    """A claim makes no task."""
    with pytest.raises(AlreadyClaimed):
        kept.tasks.claim("Image-9", "one", kept.wall() + MINUTE)
    assert kept.tasks.find("Image-9") is None


def test_a_name_is_held_by_one(kept: Kept) -> None:
    """Until it is given back, or its time is up."""
    locks, wall = kept.locks, kept.wall
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


def test_the_table_forgets_by_itself(dynamodb: "DynamoDBClient", wall: Wall, task: Task) -> None:
    """Tasks carry the time after which the table may drop them."""
    clients = Clients(Settings(buckets={}))
    TableTasks(clients=clients, table=TABLE, clock=wall).create(task)
    item = dynamodb.get_item(TableName=TABLE, Key={"id": {"S": "task#Image-1"}})["Item"]
    assert int(item["expires"]["N"]) == int((wall() + TASK_TTL).timestamp())
