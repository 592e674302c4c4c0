"""Everything that asynchronous work needs besides the world of requests."""

from dataclasses import dataclass

from darkroom.ports import JobQueue, Letters, Locks, TaskStore, Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """The adapters of asynchronous work; a deployment without a table has none."""

    queue: JobQueue
    letters: Letters
    tasks: TaskStore
    locks: Locks
    topics: Topics
