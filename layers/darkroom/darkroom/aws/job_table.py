"""Tasks and locks in DynamoDB: one item each, claimed and released by conditional writes."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from darkroom.aws.clients import Clients
from darkroom.aws.errors import errors_as
from darkroom.errors import Code
from darkroom.jobs import TASK_TTL, Job, State, TargetResult, Task
from darkroom.ports import Clock
from darkroom.ports.jobs import AlreadyClaimed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class _Table(Struct, frozen=True, kw_only=True):
    """The table that tasks and locks share."""

    clients: Clients
    table: str
    clock: Clock

    @property
    def client(self) -> "DynamoDBClient":
        """DynamoDB, connected on first use."""
        return self.clients.dynamodb


class TableTasks(_Table, frozen=True, kw_only=True):
    """Tasks in a table that deletes them after `expires` (DynamoDB's time to live)."""

    def create(self, task: Task) -> bool:
        """Write the item; return False if it exists."""
        expires = str(int((self.clock() + TASK_TTL).timestamp()))
        item = {**_key(task.job.task_id), **_attributes(task), "expires": {"N": expires}}
        with errors_as(Code.SERVICE_UNAVAILABLE):
            try:
                self.client.put_item(
                    TableName=self.table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(id)",
                )
            except self.client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def find(self, task_id: str) -> Task | None:
        """Return the task by a consistent read, None if there is none."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            found = self.client.get_item(
                TableName=self.table, Key=_key(task_id), ConsistentRead=True
            )
        return _task(found["Item"]) if "Item" in found else None

    def claim(self, task_id: str, owner: str, lease_expires_at: datetime) -> Task:
        """Set the item's owner, unless another owner's lease has not expired."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            try:
                changed = self.client.update_item(
                    TableName=self.table,
                    Key=_key(task_id),
                    UpdateExpression="SET #owner = :owner, held = :until ADD attempts :one",
                    ConditionExpression=_CLAIMABLE,
                    ExpressionAttributeNames={"#owner": "owner"},
                    ExpressionAttributeValues={
                        ":owner": {"S": owner},
                        ":until": _number(lease_expires_at),
                        ":now": _number(self.clock()),
                        ":one": {"N": "1"},
                    },
                    ReturnValues="ALL_NEW",
                )
            except self.client.exceptions.ConditionalCheckFailedException as error:
                raise AlreadyClaimed(task_id) from error
        return _task(changed["Attributes"])

    def update(self, task: Task, *, owner: str, release: bool = False) -> None:
        """Write the changing attributes, as long as the item has this owner."""
        members = _attributes(task)
        names = {f"#{name}": name for name in members} | {"#owner": "owner"}
        values = {f":{name}": value for name, value in members.items()}
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in members)
        with errors_as(Code.SERVICE_UNAVAILABLE):
            try:
                self.client.update_item(
                    TableName=self.table,
                    Key=_key(task.job.task_id),
                    UpdateExpression=change + (" REMOVE #owner, held" if release else ""),
                    ConditionExpression="#owner = :its_owner",
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues={**values, ":its_owner": {"S": owner}},
                )
            except self.client.exceptions.ConditionalCheckFailedException as error:
                raise AlreadyClaimed(task.job.task_id) from error


class TableLocks(_Table, frozen=True, kw_only=True):
    """Locks, each held by one worker at a time."""

    def acquire(self, name: str, owner: str, lease_expires_at: datetime) -> bool:
        """Write the item; return False while another owner's lease has not expired."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            try:
                self.client.put_item(
                    TableName=self.table,
                    Item={
                        "id": {"S": f"lock#{name}"},
                        "owner": {"S": owner},
                        "held": _number(lease_expires_at),
                        "expires": {"N": str(int(lease_expires_at.timestamp()) + 1)},
                    },
                    ConditionExpression=f"attribute_not_exists(id) OR {_CLAIMABLE}",
                    ExpressionAttributeNames={"#owner": "owner"},
                    ExpressionAttributeValues={
                        ":owner": {"S": owner},
                        ":now": _number(self.clock()),
                    },
                )
            except self.client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def release(self, name: str, owner: str) -> None:
        """Delete the item if it still has this owner."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            try:
                self.client.delete_item(
                    TableName=self.table,
                    Key={"id": {"S": f"lock#{name}"}},
                    ConditionExpression="#owner = :owner",
                    ExpressionAttributeNames={"#owner": "owner"},
                    ExpressionAttributeValues={":owner": {"S": owner}},
                )
            except self.client.exceptions.ConditionalCheckFailedException:
                return


# The attributes `made` (results), `told` (notified) and `held` (end of the lease) keep these names:
# stored items have them.
_CLAIMABLE = (
    "(attribute_exists(id) AND (attribute_not_exists(#owner) OR #owner = :owner OR held < :now))"
)


def _key(task_id: str) -> dict[str, Any]:
    return {"id": {"S": f"task#{task_id}"}}


def _number(moment: datetime) -> Any:
    return {"N": f"{moment.timestamp():.3f}"}


def _attributes(task: Task) -> dict[str, Any]:
    """Return the attributes that change, and the job, which does not."""
    results = {str(number): asdict(result) for number, result in task.results.items()}
    texts = {
        "job": task.job.to_json(),
        "state": str(task.state),
        "made": json.dumps(results, ensure_ascii=False),
        "code": task.code or "",
        "message": task.message or "",
        "finished": task.finished_at.isoformat() if task.finished_at else "",
    }
    return {name: {"S": text} for name, text in texts.items()} | {"told": {"BOOL": task.notified}}


def _task(item: Any) -> Task:
    results = json.loads(item["made"]["S"])
    finished = item["finished"]["S"]
    state = State(item["state"]["S"])
    # A claim sets the owner; the state is stored with the first update.
    state = State.RUNNING if state is State.ACCEPTED and "owner" in item else state
    return Task(
        job=Job.from_json(item["job"]["S"]),
        state=state,
        results={int(number): TargetResult(**members) for number, members in results.items()},
        code=item["code"]["S"] or None,
        message=item["message"]["S"] or None,
        attempts=int(item["attempts"]["N"]) if "attempts" in item else 0,
        finished_at=datetime.fromisoformat(finished).astimezone(UTC) if finished else None,
        notified=item["told"]["BOOL"],
    )
