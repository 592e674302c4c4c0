"""JobServices in memory: queue, dead-letter queue, tasks, locks and topics."""

from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from darkroom.jobs import State, Task
from darkroom.ports import Clock
from darkroom.ports.jobs import AlreadyClaimed, ReceivedMessage
from darkroom.usecases.services import JobServices
from tests.fakes.services import NOW


@dataclass(frozen=True, kw_only=True)
class MemoryQueue:
    """Messages that were sent, delayed and dead-lettered."""

    sent: list[str] = field(default_factory=list)
    delayed: list[tuple[str, int]] = field(default_factory=list)
    dead_lettered: list[tuple[str, str]] = field(default_factory=list)

    def send(self, message: str) -> None:
        """Record the message."""
        self.sent.append(message)

    def retry_after(self, receipt: str, seconds: int) -> None:
        """Record the delay."""
        self.delayed.append((receipt, seconds))

    def dead_letter(self, message: str, reason: str) -> None:
        """Record the message and its reason."""
        self.dead_lettered.append((message, reason))


@dataclass(frozen=True, kw_only=True)
class MemoryTasks:
    """Tasks by id, each with its owner and the end of its lease."""

    clock: Clock = lambda: NOW
    tasks: dict[str, Task] = field(default_factory=dict)
    held: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def create(self, task: Task) -> bool:
        """Store the task unless its id exists; return whether it was stored."""
        known = task.job.task_id in self.tasks
        self.tasks.setdefault(task.job.task_id, task)
        return not known

    def find(self, task_id: str) -> Task | None:
        """Return a task, or None."""
        task = self.tasks.get(task_id)
        claimed = task_id in self.held and task is not None and task.state is State.ACCEPTED
        return replace(task, state=State.RUNNING) if task and claimed else task

    def claim(self, task_id: str, owner: str, lease_expires_at: datetime) -> Task:
        """Lease the task to its owner."""
        holder, its_until = self.held.get(task_id, (owner, self.clock()))
        if task_id not in self.tasks or (holder != owner and its_until >= self.clock()):
            raise AlreadyClaimed(task_id)
        self.held[task_id] = owner, lease_expires_at
        task = replace(self.tasks[task_id], attempts=self.tasks[task_id].attempts + 1)
        self.tasks[task_id] = task
        return task if task.is_finished else replace(task, state=State.RUNNING)

    def update(self, task: Task, *, owner: str, release: bool = False) -> None:
        """Store the task; raise `AlreadyClaimed` for another owner."""
        if self.held.get(task.job.task_id, ("", NOW))[0] != owner:
            raise AlreadyClaimed(task.job.task_id)
        self.tasks[task.job.task_id] = task
        if release:
            del self.held[task.job.task_id]


@dataclass(frozen=True, kw_only=True)
class MemoryLocks:
    """Locks by name, each with its owner and the end of its lease."""

    clock: Clock = lambda: NOW
    held: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def acquire(self, name: str, owner: str, lease_expires_at: datetime) -> bool:
        """Return whether the owner has the lock."""
        holder, its_until = self.held.get(name, (owner, self.clock()))
        if holder != owner and its_until >= self.clock():
            return False
        self.held[name] = owner, lease_expires_at
        return True

    def release(self, name: str, owner: str) -> None:
        """Release the lock if the owner has it."""
        if self.held.get(name, ("", NOW))[0] == owner:
            del self.held[name]


@dataclass(frozen=True, kw_only=True)
class MemoryTopics:
    """Messages that were published, by topic."""

    published: dict[str, list[str]] = field(default_factory=lambda: {"done": []})

    def has_topic(self, name: str) -> bool:
        """Return whether the topic exists."""
        return name in self.published

    def publish(self, name: str, message: str) -> None:
        """Record the message; a message to a removed topic is dropped."""
        if name in self.published:
            self.published[name].append(message)


class NoMessages:
    """A queue without messages, for tests of what does not poll."""

    def receive(self, *, wait: int, visibility: int) -> ReceivedMessage | None:
        """Return none at once."""
        del wait, visibility
        return None

    def delete(self, message: ReceivedMessage) -> None:
        """Refuse a message that never was received."""
        raise AssertionError(message)


def memory_job_services(
    *,
    queue: MemoryQueue | None = None,
    tasks: MemoryTasks | None = None,
    locks: MemoryLocks | None = None,
    topics: MemoryTopics | None = None,
) -> JobServices:
    """Build the services; those that are not given are empty."""
    message_queue = queue or MemoryQueue()
    return JobServices(
        queue=message_queue,
        receiver=NoMessages(),
        messages=message_queue,
        tasks=tasks or MemoryTasks(),
        locks=locks or MemoryLocks(),
        notifier=topics or MemoryTopics(),
    )
