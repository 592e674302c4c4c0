"""`x-oss-async-process`: POST accepts a job, GET returns its state (spec 04 §5)."""

import json

from darkroom.errors import Code, OssError
from darkroom.jobs import Task
from darkroom.usecases.jobs.submit import submit_job
from darkroom.usecases.render import RenderRequest
from darkroom.usecases.services import JobServices
from darkroom.web.context import RequestContext
from darkroom.web.http import JSON, NO_STORE, Response
from darkroom.web.request_checks import read_process_form
from darkroom.web.wire import QueryParameter

MAX_TASK_ID = 100
"""Characters of a task id: DynamoDB refuses keys of more than 2 KB."""


def post_job(context: RequestContext) -> Response:
    """Accept a job and answer its ids."""
    request = RenderRequest(
        bucket=context.bucket,
        key=context.key,
        process=read_process_form(context.request, QueryParameter.ASYNC_PROCESS),
        caller=context.caller,
    )
    receipt = submit_job(request, context.services, _job_services(context))
    context.processing.log_context.bind(task=receipt.task_id)
    return _json_response(
        {
            "EventId": receipt.event_id,
            "RequestId": receipt.request_id,
            "TaskId": receipt.task_id,
        }
    )


def get_task(context: RequestContext) -> Response:
    """Answer the state of a task of this object; raises `NoSuchTask`."""
    task_id = context.query.get(QueryParameter.TASK_ID, "")
    tasks = _job_services(context).tasks
    task = tasks.find(task_id) if len(task_id) <= MAX_TASK_ID else None
    if task is None or (task.job.bucket, task.job.key) != (context.bucket.name, context.key):
        raise OssError(Code.NO_SUCH_TASK)
    return _json_response(_members(task))


def _job_services(context: RequestContext) -> JobServices:
    if context.services.jobs is None:
        raise OssError(Code.NOT_IMPLEMENTED, "This deployment has no queue for jobs.")
    return context.services.jobs


def _members(task: Task) -> dict[str, object]:
    """Return the task's state, the results stored so far and the reason of a failure."""
    results = [
        {"Bucket": result.bucket, "Object": result.key, "FileSize": result.size}
        for _, result in sorted(task.results.items())
    ]
    return {
        "TaskId": task.job.task_id,
        "EventId": task.job.event_id,
        "Status": task.state,
        "Targets": results,
        "Code": task.code or "",
        "Message": task.message or "",
        "Attempts": task.attempts,
        "AcceptTime": task.job.accepted.isoformat(),
        "FinishTime": task.finished_at.isoformat() if task.finished_at else "",
    }


def _json_response(members: dict[str, object]) -> Response:
    """Answer compact JSON on one line."""
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status=200, headers={**NO_STORE, "content-type": JSON}, body=body)
