"""POST and GET ?x-oss-async-process: promise a job, ask after it (spec 04 §5)."""

import json

from darkroom.auth import Permission
from darkroom.errors import Code, OssError
from darkroom.jobs import Task
from darkroom.usecases.authorization import bucket_named
from darkroom.usecases.jobs.submit import submit
from darkroom.usecases.services import Workshop
from darkroom.web.context import Call
from darkroom.web.handlers.process import posted_work
from darkroom.web.http import Response
from darkroom.web.responses import NOT_CACHED
from darkroom.web.xml import JSON

ASYNC_PROCESS = "x-oss-async-process"
TASK_ID = "taskId"

LONGEST_ID = 100
"""Characters of an id that can be one of ours: a table refuses names of 2 KB and more."""


def post_job(call: Call) -> Response:
    """Accept a job and answer its names."""
    receipt = submit(posted_work(call, ASYNC_PROCESS), call.world, _workshop(call))
    call.context.journal.note(task=receipt.task_id)
    return _json(
        {
            "EventId": receipt.event_id,
            "RequestId": receipt.request_id,
            "TaskId": receipt.task_id,
        }
    )


def get_task(call: Call) -> Response:
    """Answer where a task of this object stands, to whoever may read the object's bucket."""
    bucket = bucket_named(call.world, call.address.bucket)
    if not call.caller.may(Permission.READ, bucket.name):
        raise OssError(Code.ACCESS_DENIED)
    task_id = call.request.query.get(TASK_ID, "")
    task = _workshop(call).tasks.find(task_id) if len(task_id) <= LONGEST_ID else None
    if task is None or (task.job.bucket, task.job.key) != (bucket.name, call.address.key):
        raise OssError(Code.NO_SUCH_TASK)
    return _json(_members(task))


def _workshop(call: Call) -> Workshop:
    if call.world.workshop is None:
        raise OssError(Code.NOT_IMPLEMENTED, "This deployment has no queue for jobs.")
    return call.world.workshop


def _members(task: Task) -> dict[str, object]:
    """Say what is known: the state, what was made, and why no more, if so."""
    made = [
        {"Bucket": one.bucket, "Object": one.key, "FileSize": one.size}
        for _, one in sorted(task.made.items())
    ]
    return {
        "TaskId": task.job.task_id,
        "EventId": task.job.event_id,
        "Status": task.state,
        "Targets": made,
        "Code": task.code or "",
        "Message": task.message or "",
        "Attempts": task.attempts,
        "AcceptTime": task.job.accepted.isoformat(),
        "FinishTime": task.finished.isoformat() if task.finished else "",
    }


def _json(members: dict[str, object]) -> Response:
    """Write compact JSON on one line."""
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status=200, headers={**NOT_CACHED, "content-type": JSON}, body=body)
