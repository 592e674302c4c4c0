"""Watermark objects are read with their reader's rights, in renders, cache lookups and jobs (C-21).

An object that may not be read is refused like a missing one.
"""

import dataclasses
from dataclasses import dataclass, field
from itertools import product

import pytest
from msgspec import structs
from msgspec.structs import replace
from PIL import Image

from darkroom.auth import ANONYMOUS, Caller, Permission
from darkroom.buckets import Acl, Bucket, Protection, Style
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.jobs import Job, JobTarget, Reader, State
from darkroom.ports.objects import OpenObject, RangeSpec
from darkroom.process.parameters import encode_base64
from darkroom.usecases.authorization import MarkRights, ReadPurpose
from darkroom.usecases.jobs.object_events import parse_message
from darkroom.usecases.jobs.run import run_job
from darkroom.usecases.jobs.submit import submit_job
from darkroom.usecases.preconditions import Preconditions
from darkroom.usecases.render import RenderRequest, RenderResult, render
from darkroom.usecases.result_storage import CacheStatus
from darkroom.usecases.save import SaveResult, save_or_render
from darkroom.usecases.services import JobWorker, Services
from darkroom.usecases.watermark_loader import WatermarkLoader
from darkroom.web.responses import processed_response
from tests.fakes.buckets import MemoryStyles
from tests.fakes.job_services import MemoryQueue, memory_job_services
from tests.fakes.objects import MemoryObjects
from tests.fakes.results import MemoryResultStorage
from tests.fakes.services import NOW, memory_services
from tests.pictures import stored
from tests.unit.operations.watermark.marking import reference

PROTECTED = Protection(enabled=True, suffixes=("png",))
READER = Caller(key_id="r", buckets=frozenset({"demo"}), permissions=frozenset({Permission.READ}))
WRITER = Caller(
    key_id="w", buckets=frozenset({"demo", "own"}), permissions=frozenset({Permission.WRITE})
)
FOREIGN = Caller(key_id="f", buckets=frozenset({"own"}), permissions=frozenset(Permission))
CALLERS = (ANONYMOUS, READER, WRITER, FOREIGN)
MARKED = f"image/watermark,{reference('logo.png')}"
LOGO = stored(Image.new("RGB", (10, 10), "blue"))


@dataclass(frozen=True, kw_only=True)
class ArchivedObjects(MemoryObjects):
    """A store that refuses to open archived objects, and tells only then that they exist."""

    archived: frozenset[str] = frozenset()

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Raise `InvalidObjectState` for an archived object."""
        if key in self.archived:
            raise OssError(Code.INVALID_OBJECT_STATE)
        return super().open(bucket, key, version_id=version_id, byte_range=byte_range)


@dataclass(kw_only=True)
class Service:
    """A service with a picture, a logo, the style `marked`, a result cache and a queue."""

    bucket: Bucket
    acl: Acl | None = None
    """The logo's own ACL."""
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    results: MemoryResultStorage = field(default_factory=MemoryResultStorage)
    queue: MemoryQueue = field(default_factory=MemoryQueue)

    def __post_init__(self) -> None:
        """Store the objects; the picture is public and not protected."""
        picture = stored(Image.new("RGB", (40, 30), "red"))
        self.objects.add("demo", "picture", picture, acl=Acl.PUBLIC_READ)
        self.objects.add("demo", "logo.png", LOGO, acl=self.acl)
        self.jobs = memory_job_services(queue=self.queue)

    @property
    def services(self) -> Services:
        """New services on the same stores."""
        style = Style(name="marked", content=MARKED, created=NOW, modified=NOW)
        return memory_services(
            *(self.bucket, Bucket(name="own", acl=Acl.PUBLIC_READ_WRITE)),
            objects=self.objects,
            styles=MemoryStyles(styles={"demo": {"marked": style}, "own": {}}),
            results=self.results,
            jobs=self.jobs,
        )

    def request(self, process: str, caller: Caller = ANONYMOUS) -> RenderRequest:
        """Return a request for the picture."""
        return RenderRequest(bucket=self.bucket, key="picture", process=process, caller=caller)

    def render(self, process: str = MARKED, caller: Caller = ANONYMOUS) -> RenderResult:
        """Render the picture."""
        return render(self.request(process, caller), self.services, ProcessingContext())

    def refusal(self, process: str = MARKED, caller: Caller = ANONYMOUS) -> OssError:
        """Return the error of a render."""
        with pytest.raises(OssError) as refused:
            self.render(process, caller)
        return refused.value

    def work(self) -> State:
        """Run the queued job and return the state of its task."""
        (message,) = self.queue.sent
        job = parse_message(message, self.services.settings)
        assert isinstance(job, Job)
        worker = JobWorker(
            name="one",
            services=self.services,
            jobs=self.jobs,
            context=ProcessingContext(remaining=lambda: 60.0),
        )
        return run_job(job, worker).state


def closed_service() -> Service:
    """Return a public bucket with a closed logo."""
    return Service(bucket=Bucket(name="demo", acl=Acl.PUBLIC_READ), acl=Acl.PRIVATE)


def missing_text() -> str:
    """Return the error for a missing logo."""
    service = closed_service()
    del service.objects.stored["demo", "logo.png"]
    return described(service.refusal())


def described(error: OssError) -> str:
    """Return all that a caller sees of an error."""
    return f"{error.code} {error.status} {error.ec} {error.message} {dict(error.details)}"


CASES = list(product(Acl, (None, *Acl), (False, True), ReadPurpose, CALLERS))


def test_a_mark_is_read_where_its_reader_may_read_the_object() -> None:
    """By ACL of bucket and object, protection and permission; all else is missing (C-156)."""
    missing = missing_text()
    for bucket_acl, acl, protected, purpose, caller in CASES:
        protection = PROTECTED if protected else Protection()
        bucket = Bucket(name="demo", acl=bucket_acl, protection=protection)
        service = Service(bucket=bucket, acl=acl)
        rights = MarkRights(bucket=bucket, caller=caller, purpose=purpose)
        loader = WatermarkLoader(
            rights=rights, services=service.services, context=ProcessingContext()
        )
        is_open = (acl or bucket_acl) is not Acl.PRIVATE and not protected
        case = bucket_acl, acl, protected, purpose, caller.key_id
        if is_open or caller is READER or purpose is ReadPurpose.STYLED:
            assert loader.load("logo.png") == LOGO, case
            others_may = is_open or purpose is ReadPurpose.STYLED
            assert loader.closed == (set() if others_may else {"logo.png"}), case
            continue
        with pytest.raises(OssError) as refused:
            loader.load("logo.png")
        assert described(refused.value) == missing, case


def test_the_reason_of_the_store_does_not_reveal_a_closed_object() -> None:
    """An archived, a too large and a broken object are all missing to a caller without the right.

    The reader gets the reason.
    """
    archive = ArchivedObjects(archived=frozenset({"logo.png"}))
    archived = dataclasses.replace(closed_service(), objects=archive)
    assert described(archived.refusal()) == missing_text()
    assert archived.refusal(caller=READER).ec is None
    broken = closed_service()
    broken.objects.add("demo", "logo.png", b"no picture", acl=Acl.PRIVATE)
    assert described(broken.refusal()) == missing_text()
    assert broken.refusal(caller=READER).ec is None


def test_the_result_cache_applies_the_callers_rights() -> None:
    """A result that a style has stored is not returned for an inline process of a stranger."""
    service = closed_service()
    assert service.render("style/marked").cache_status is CacheStatus.MISS
    assert service.render("style/marked").cache_status is CacheStatus.HIT
    assert service.render(caller=READER).cache_status is CacheStatus.HIT
    for stranger in (ANONYMOUS, WRITER, FOREIGN):
        assert described(service.refusal(caller=stranger)) == missing_text()


def test_a_result_with_a_closed_mark_is_not_shared() -> None:
    """It is neither stored in the result cache nor marked public, with and without a 304."""
    service = closed_service()
    rendered = service.render(caller=READER)
    assert (rendered.private, service.results.stored) == (True, {})
    service.render("style/marked")
    hit = service.render(caller=READER)
    assert (hit.private, hit.cache_status) == (True, CacheStatus.HIT)
    etag = service.objects.head("demo", "picture").etag
    condition = Preconditions.from_headers({"if-none-match": f'"{etag}"'})
    request = replace(service.request(MARKED, READER), preconditions=condition)
    unchanged = render(request, service.services, ProcessingContext())
    assert (unchanged.result, unchanged.private) == (None, True)


@pytest.mark.parametrize(
    ("bucket", "acl", "process", "caller", "private"),
    [
        (Acl.PUBLIC_READ, None, MARKED, ANONYMOUS, False),
        (Acl.PUBLIC_READ, None, MARKED, READER, False),
        (Acl.PUBLIC_READ, Acl.PRIVATE, MARKED, READER, True),
        (Acl.PUBLIC_READ, Acl.PRIVATE, "style/marked", READER, False),
        (Acl.PUBLIC_READ, Acl.PRIVATE, "image/resize,w_10", READER, False),
        (Acl.PRIVATE, None, MARKED, READER, True),
        (Acl.PRIVATE, Acl.PUBLIC_READ, MARKED, ANONYMOUS, False),
    ],
)
def test_a_response_that_others_may_be_refused_is_private(
    bucket: Acl, acl: Acl | None, process: str, caller: Caller, *, private: bool
) -> None:
    """Also where the source or its reader asks for a public one."""
    service = Service(bucket=Bucket(name="demo", acl=bucket), acl=acl)
    rendered = service.render(process, caller)
    assert rendered.private is private
    source = replace(rendered.source, headers={"cache-control": "public, max-age=9"})
    for overrides in ({}, {"cache-control": "public, s-maxage=9, max-age=9"}):
        response = processed_response(replace(rendered, source=source), overrides)
        directives = response.headers["cache-control"].split(", ")
        assert ("public" in directives) is not private
        assert ("private" in directives) is private
        assert "max-age=9" in directives


def test_saveas_reads_marks_with_the_right_of_its_caller() -> None:
    """A key that may write but not read cannot store a closed object as a mark."""
    service = closed_service()
    saved = f"|sys/saveas,o_{encode_base64('made.png')},b_{encode_base64('own')}"
    for process in (MARKED, "style/marked"):
        request = service.request(process + saved, FOREIGN)
        if process != MARKED:
            saved_result = save_or_render(request, service.services, ProcessingContext())
            assert isinstance(saved_result, SaveResult)
            assert saved_result.size > 0
            continue
        with pytest.raises(OssError) as refused:
            save_or_render(request, service.services, ProcessingContext())
        assert described(refused.value) == missing_text()
        assert ("own", "made.png") not in service.objects.stored


@pytest.mark.parametrize(
    ("process", "caller", "reader", "state"),
    [
        (MARKED, FOREIGN, Reader.ANYONE, State.FAILED),
        ("style/marked", FOREIGN, Reader.STYLE, State.SUCCEEDED),
        (MARKED, READER, Reader.SERVICE, State.SUCCEEDED),
    ],
)
def test_a_job_reads_marks_with_the_right_of_its_author(
    process: str, caller: Caller, reader: Reader, state: State
) -> None:
    """The message says with which right, and the worker applies it."""
    service = closed_service()
    saved = f"|sys/saveas,o_{encode_base64('made.png')},b_{encode_base64('own')}"
    submit_job(service.request(process + saved, caller), service.services, service.jobs)
    assert ('"reader"' in service.queue.sent[0]) is (reader is not Reader.SERVICE)
    assert Job.from_json(service.queue.sent[0]).reader is reader
    assert service.work() is state
    assert (("own", "made.png") in service.objects.stored) is (state is State.SUCCEEDED)


@pytest.mark.parametrize("process", ["image/resize,w_10", "style/marked"])
def test_a_source_that_was_closed_after_the_job_was_accepted_is_not_read(process: str) -> None:
    """Neither by a closed object, nor by a closed bucket; the author's read permission suffices."""
    saved = f"|sys/saveas,o_{encode_base64('made.png')},b_{encode_base64('own')}"
    for caller, state in ((FOREIGN, State.FAILED), (READER, State.SUCCEEDED)):
        service = closed_service()
        submit_job(service.request(process + saved, caller), service.services, service.jobs)
        picture = service.objects.stored["demo", "picture"].body
        service.objects.add("demo", "picture", picture, acl=Acl.PRIVATE)
        assert service.work() is state
        assert (("own", "made.png") in service.objects.stored) is (state is State.SUCCEEDED)


def test_a_rule_reads_marks_with_the_right_of_the_service() -> None:
    """Rules are settings of the bucket, as styles are."""
    job = Job(
        task_id="Image-1",
        event_id="1",
        bucket="demo",
        key="picture",
        targets=(JobTarget(process=MARKED, bucket="own", key="made.png"),),
        accepted=NOW,
        by_rule=True,
    )
    service = closed_service()
    service.queue.send(job.to_json())
    assert service.work() is State.SUCCEEDED
    forged = structs.replace(job, task_id="Image-2", reader=Reader.ANYONE)
    service.queue.sent[:] = [forged.to_json()]
    assert service.work() is State.FAILED
