"""Queue, tasks, locks and notifications of asynchronous jobs."""

from datetime import datetime
from typing import Protocol

from darkroom.jobs import Task


class JobQueue(Protocol):
    """The way from the promise to the work: what is sent arrives at least once."""

    def send(self, message: str) -> None:
        """Hand a message over; it is kept before this returns."""


class MessageControl(Protocol):
    """What can be done with a message of the queue besides its work."""

    def retry_after(self, receipt: str, seconds: int) -> None:
        """Let a message that was received come again after so long."""

    def dead_letter(self, message: str, reason: str) -> None:
        """Keep a message among the dead letters, with the reason."""


class TaskStore(Protocol):
    """What is known of tasks, for as long as they can be asked after."""

    def create(self, task: Task) -> bool:
        """Take a new task up; false when one of its id is there already."""

    def find(self, task_id: str) -> Task | None:
        """Look one up as it is now."""

    def claim(self, task_id: str, owner: str, lease_expires_at: datetime) -> Task:
        """Make a task the owner's own to work on: running, one attempt more.

        One that is over is given as it is, the owner's own to tell of. Raises `Busy` while it
        is another owner's.
        """

    def update(self, task: Task, *, owner: str, release: bool = False) -> None:
        """Write what has become of a claimed task; `free` lets the next one claim it.

        Raises `Busy` when it has been claimed by another since.
        """


class AlreadyClaimed(Exception):
    """Another worker is at it: try again later."""


class Locks(Protocol):
    """Names that one worker at a time may hold."""

    def acquire(self, name: str, owner: str, lease_expires_at: datetime) -> bool:
        """Take a name, unless another owner holds it and its time is not up."""

    def release(self, name: str, owner: str) -> None:
        """Give a name back; one that is another's by now stays so."""


class Notifier(Protocol):
    """Who hears of the end of asynchronous jobs."""

    def has_topic(self, name: str) -> bool:
        """Whether a topic of this name is set up."""

    def publish(self, name: str, message: str) -> None:
        """Send a message to the topic."""
