"""A job has come to its end: who is to hear of it does, once."""

import json
from dataclasses import replace

from darkroom.jobs import State, Task
from darkroom.usecases.worker import Worker


def told(task: Task, worker: Worker) -> Task:
    """Bury a failure and tell the topic of the end, both once.

    Only a crash in between has them done again, by the next delivery.
    """
    if not task.told:
        _bury(task, worker)
        if task.job.topic is not None:
            worker.workshop.topics.tell(task.job.topic, notification(task))
        task = replace(task, told=True)
    worker.workshop.tasks.update(task, owner=worker.name, free=True)
    return task


def _bury(task: Task, worker: Worker) -> None:
    """Put a job that failed among the dead letters.

    The letter is a round further than its job: only who sends it again has it tried again.
    """
    if task.state is State.FAILED:
        letter = replace(task.job, round=task.job.round + 1)
        worker.workshop.letters.bury(letter.text(), f"{task.code}: {task.message}")


def notification(task: Task) -> str:
    """Write what a topic hears (C-167), in ASCII as `Job.text` does."""
    first = task.made.get(0)
    made = first and {"Bucket": first.bucket, "Object": first.key, "FileSize": first.size}
    return json.dumps(
        {
            "EventId": task.job.event_id,
            "TaskId": task.job.task_id,
            "Status": task.state,
            "Bucket": task.job.bucket,
            "Object": task.job.key,
            "Target": made or {},
            "Code": task.code or "",
            "Message": task.message or "",
            "FinishTime": task.finished.isoformat() if task.finished else "",
        }
    )
