"""A job is accepted only after all checks that need no processing (spec 04 §4–5)."""

import re
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from darkroom.auth import ANONYMOUS, Caller, Permission
from darkroom.buckets import Acl, Bucket, Style
from darkroom.errors import Code, OssError
from darkroom.jobs import Job, JobTarget, State
from darkroom.limits import Limits
from darkroom.process.parameters import encode_base64
from darkroom.usecases.authorization import Access, authorize, get_bucket
from darkroom.usecases.jobs.object_events import parse_message
from darkroom.usecases.jobs.submit import Receipt, submit_job
from darkroom.usecases.render import RenderRequest
from tests.fakes.buckets import MemoryStyles
from tests.fakes.job_services import MemoryQueue, MemoryTasks, memory_job_services
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import NOW, memory_services
from tests.pictures import photographic, stored

KEY = "photos/a.jpg"
SOURCE = Bucket(name="source", acl=Acl.PUBLIC_READ)
CLOSED = Bucket(name="closed")
TARGET = Bucket(name="target")
STYLES = {
    "small": "image/resize,w_5",
    "facts": "image/info",
    "chain": "style/small",
    "saving": "image/resize,w_5|sys/saveas,o_YQ",
}


def caller(*permissions: Permission, buckets: str = "*") -> Caller:
    """Return the caller of a key with these permissions."""
    return Caller(
        key_id="ak", buckets=frozenset(buckets.split()), permissions=frozenset(permissions)
    )


BOTH = caller(Permission.READ, Permission.WRITE)


def to(key: str = "made.jpg", bucket: str | None = None) -> str:
    """Return the text of `sys/saveas`."""
    bucket_part = f",b_{encode_base64(bucket)}" if bucket is not None else ""
    return f"|sys/saveas,o_{encode_base64(key)}{bucket_part}"


def notify(topic: str) -> str:
    """Return the text of a notification, without padding as in the vendor's samples."""
    return f"/notify,topic_{encode_base64(topic)}"


@dataclass(frozen=True, kw_only=True)
class UnreachableQueue(MemoryQueue):
    """A queue that cannot be reached."""

    def send(self, message: str) -> None:
        """Raise ServiceUnavailable."""
        raise OssError(Code.SERVICE_UNAVAILABLE, f"{len(message)} bytes were not sent")


@dataclass(kw_only=True)
class Submitter:
    """Submits jobs, with the stores that it uses."""

    queue: MemoryQueue = field(default_factory=MemoryQueue)
    tasks: MemoryTasks = field(default_factory=MemoryTasks)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    limits: Limits = field(default_factory=Limits)

    def submit(
        self, process: str, *, requester: Caller = BOTH, bucket: str = "source", key: str = KEY
    ) -> Receipt:
        """Submit a job about a picture that exists."""
        for name in ("source", "closed"):
            self.objects.add(name, KEY, stored(photographic((8, 6)), "JPEG"))
        styles = MemoryStyles()
        styles.styles["source"] = {
            name: Style(name=name, content=content, created=NOW, modified=NOW)
            for name, content in STYLES.items()
        }
        jobs = memory_job_services(queue=self.queue, tasks=self.tasks)
        services = memory_services(
            *(SOURCE, CLOSED, TARGET), objects=self.objects, styles=styles, jobs=jobs
        )
        found = services.buckets.find(bucket)
        authorize(Access.STORE_RESULT, found, bucket, requester)
        source = RenderRequest(
            bucket=get_bucket(services, bucket), key=key, process=process, caller=requester
        )
        return submit_job(source, replace(services, limits=self.limits), jobs)

    def refusal(self, process: str, **others: object) -> OssError:
        """Return the error of a job and assert that it left neither message nor task."""
        with pytest.raises(OssError) as refused:
            self.submit(process, **others)  # type: ignore[arg-type]
        assert (self.queue.sent, self.tasks.tasks) == ([], {})
        return refused.value


def queued(submitter: Submitter) -> Job:
    """Parse the one message that was sent, as the worker does."""
    (message,) = submitter.queue.sent
    job = parse_message(message, memory_services().settings)
    assert isinstance(job, Job)
    return job


def test_a_job_is_stored_and_queued() -> None:
    """The message contains the canonical process, source, target and ids; the task is ACCEPTED."""
    submitter = Submitter()
    receipt = submitter.submit(
        "image/resize,h_5,w_7" + to("{dirname}/{barename}.{autoext}", "target")
    )
    job = queued(submitter)
    assert job.targets == (
        JobTarget(
            process="image/resize,w_7,h_5", bucket="target", key="{dirname}/{barename}.{autoext}"
        ),
    )
    assert (job.bucket, job.key, job.topic, job.by_rule) == ("source", KEY, None, False)
    assert (job.task_id, job.event_id) == (receipt.task_id, receipt.event_id)
    task = submitter.tasks.tasks[receipt.task_id]
    assert (task.state, task.job) == (State.ACCEPTED, job)


def test_ids_have_the_documented_format() -> None:
    """C-166: the ids of two jobs differ."""
    submitter = Submitter()
    receipts = [submitter.submit("image/resize,w_5" + to()) for _ in range(2)]
    uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    for receipt in receipts:
        assert re.fullmatch(r"[0-9]{3}-[0-9A-Za-z]{27}", receipt.event_id)
        assert re.fullmatch(f"Image-{uuid}", receipt.task_id)
        assert re.fullmatch(uuid, receipt.request_id)
    first, second = receipts
    assert first.task_id != second.task_id
    assert first.event_id != second.event_id
    assert first.request_id != second.request_id


def test_a_style_is_resolved_when_the_job_is_accepted() -> None:
    """A later change of the style does not change the job."""
    submitter = Submitter()
    submitter.submit("style/small" + to())
    assert queued(submitter).targets[0].process == "image/resize,w_5"


def test_without_a_bucket_the_target_bucket_is_the_sources() -> None:
    """The default is that of saveas."""
    submitter = Submitter()
    submitter.submit("image/resize,w_5" + to())
    assert queued(submitter).targets[0].bucket == "source"


def test_the_job_contains_its_topic() -> None:
    """C-167: the final state is published to it."""
    submitter = Submitter()
    submitter.submit("image/resize,w_5" + to() + notify("done"))
    assert queued(submitter).topic == "done"


@pytest.mark.parametrize(
    ("process", "code"),
    [
        ("image/resize,w_5", Code.MISSING_ARGUMENT),
        (f"image/resize,w_5|sys/saveas,b_{encode_base64('target')}", Code.MISSING_ARGUMENT),
        ("image/resize,w_5" + to() + to(), Code.INVALID_ARGUMENT),
        ("image/resize,w_5" + to() + notify("nobody"), Code.INVALID_ARGUMENT),
        ("image/resize,w_0" + to(), Code.INVALID_ARGUMENT),
        ("image/info" + to(), Code.INVALID_ARGUMENT),
        ("image/average-hue" + to(), Code.INVALID_ARGUMENT),
        ("style/facts" + to(), Code.INVALID_ARGUMENT),
        ("style/chain" + to(), Code.INVALID_ARGUMENT),
        ("style/saving" + to(), Code.INVALID_ARGUMENT),
        ("style/unknown" + to(), Code.NO_SUCH_STYLE),
        ("image/resize,w_5" + to(bucket="gone"), Code.NO_SUCH_BUCKET),
        ("image/resize,w_5" + to(bucket="No_Name"), Code.INVALID_BUCKET_NAME),
        ("image/resize,w_5" + to(bucket="{autoext}"), Code.INVALID_ARGUMENT),
        ("image/resize,w_5" + to("/leading"), Code.INVALID_OBJECT_NAME),
        ("image/resize,w_5" + to("a" * 1024), Code.INVALID_OBJECT_NAME),
        ("doc/convert,target_pdf" + to(), Code.IMM_CLIENT),
        ("video/snapshot,t_1" + to(), Code.IMM_CLIENT),
        ("audio/convert,f_mp3" + to(), Code.IMM_CLIENT),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else value.wire,
)
def test_an_invalid_job_is_refused(process: str, code: Code) -> None:
    """The errors are those of saveas, and nothing is queued."""
    assert Submitter().refusal(process).code is code


def test_other_process_families_get_the_code_of_an_unbound_project() -> None:
    """The message begins with ResourceNotFound, as in OSS."""
    error = Submitter().refusal("doc/convert,target_pdf" + to())
    assert (error.status, error.code.wire) == (400, "Imm Client")
    assert error.message.startswith("ResourceNotFound")


def test_the_error_of_an_unknown_topic_names_the_parameter() -> None:
    """The message contains `topic`."""
    assert "topic" in Submitter().refusal("image/resize,w_5" + to() + notify("nobody")).message


@pytest.mark.parametrize(
    ("requester", "bucket", "target"),
    [
        (ANONYMOUS, "source", "source"),
        (caller(Permission.READ), "source", "target"),
        (caller(Permission.WRITE), "closed", "target"),
        (caller(Permission.READ, Permission.WRITE, buckets="source"), "source", "target"),
    ],
    ids=["anonymous", "may not write", "may not read", "of another bucket"],
)
def test_a_caller_without_rights_is_refused(requester: Caller, bucket: str, target: str) -> None:
    """The rights on source and target are both required."""
    error = Submitter().refusal(
        "image/resize,w_5" + to(bucket=target), requester=requester, bucket=bucket
    )
    assert (error.status, error.code) == (403, Code.ACCESS_DENIED)


@pytest.mark.parametrize(
    ("bucket", "key", "code"),
    [("source", "nowhere.jpg", Code.NO_SUCH_KEY), ("gone", KEY, Code.NO_SUCH_BUCKET)],
)
def test_a_missing_source_is_refused(bucket: str, key: str, code: Code) -> None:
    """The submission raises the error; no job is queued."""
    assert Submitter().refusal("image/resize,w_5" + to(), bucket=bucket, key=key).code is code


def test_a_source_over_the_limit_is_refused() -> None:
    """The size is read from the object's header."""
    submitter = Submitter(limits=Limits(source_bytes=10))
    assert submitter.refusal("image/resize,w_5" + to()).code is Code.IMAGE_TOO_LARGE


def test_a_job_that_could_not_be_queued_is_failed() -> None:
    """The task is FAILED, so a message that arrives nevertheless is not processed."""
    submitter = Submitter(queue=UnreachableQueue())
    with pytest.raises(OssError) as refused:
        submitter.submit("image/resize,w_5" + to())
    assert refused.value.status == 503
    (task,) = submitter.tasks.tasks.values()
    assert (task.state, task.code, task.notified) == (State.FAILED, "ServiceUnavailable", True)
