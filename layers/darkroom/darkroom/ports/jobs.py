"""Queue, tasks, locks and notifications of asynchronous jobs."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from darkroom.jobs import Task


class JobQueue(Protocol):
    """Queue of jobs with at-least-once delivery."""

    def send(self, message: str) -> None:
        """Send a message; it is stored when this returns."""


class ReceivedMessage(Struct, frozen=True, kw_only=True):
    """A message as the queue delivers it."""

    id: str
    body: str
    receipt: str
    """Names this delivery of the message."""
    receive_count: int


class MessageReceiver(Protocol):
    """Receiving messages, for a process that polls its queue itself."""

    def receive(self, *, wait: int, visibility: int) -> ReceivedMessage | None:
        """Return a message, None where none came within `wait` seconds.

        It is delivered again after `visibility` seconds unless it is deleted.
        """

    def delete(self, message: ReceivedMessage) -> None:
        """Delete a message that was handled."""


class MessageControl(Protocol):
    """Control of messages received from the queue."""

    def retry_after(self, receipt: str, seconds: int) -> None:
        """Make a received message visible again after `seconds`."""

    def dead_letter(self, message: str, reason: str) -> None:
        """Send a message to the dead-letter queue, with the reason."""


class TaskStore(Protocol):
    """Tasks of jobs, stored until they expire."""

    def create(self, task: Task) -> bool:
        """Store a new task; return False if one of its id exists."""

    def find(self, task_id: str) -> Task | None:
        """Return the current task, None if there is none."""

    def claim(self, task_id: str, owner: str, lease_expires_at: datetime) -> Task:
        """Claim a task for a worker until the lease expires: running, one attempt more.

        A finished task is returned as it is, for its owner to send the notification. Raises
        `AlreadyClaimed` while another worker holds the lease.
        """

    def update(self, task: Task, *, owner: str, release: bool = False) -> None:
        """Store the state of a claimed task; with `release` another worker may claim it.

        Raises `AlreadyClaimed` if another worker has claimed it since.
        """


class AlreadyClaimed(Exception):
    """Another worker holds the task or the lock: try again later."""


class Locks(Protocol):
    """Locks by name, each held by one worker at a time."""

    def acquire(self, name: str, owner: str, lease_expires_at: datetime) -> bool:
        """Take a lock; return False while another owner holds an unexpired lease."""

    def release(self, name: str, owner: str) -> None:
        """Release the owner's lock; a lock that another owner holds by now stays."""


class Notifier(Protocol):
    """Notifications about finished asynchronous jobs."""

    def has_topic(self, name: str) -> bool:
        """Return whether a topic of this name is configured."""

    def publish(self, name: str, message: str) -> None:
        """Send a message to the topic."""
