"""Results that are given again: never to whom they are not for, never of what is no more."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.auth import ANONYMOUS, ANY_BUCKET, Caller, Permission
from darkroom.buckets import Acl, Bucket
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations, watermark_keys
from darkroom.imaging.pipeline import Result
from darkroom.limits import Limits
from darkroom.ports.objects import ObjectInfo, OpenObject, RangeSpec
from darkroom.ports.results import CachedResult
from darkroom.process.grammar import parse
from darkroom.usecases.authorization import get_bucket
from darkroom.usecases.preconditions import Preconditions
from darkroom.usecases.render import RenderRequest, RenderResult, render
from darkroom.usecases.result_storage import CacheStatus
from tests.fakes.objects import MemoryObjects
from tests.fakes.results import MemoryResultStorage
from tests.fakes.services import memory_services
from tests.pictures import stored
from tests.unit.operations.watermark.marking import FONTS, reference

DEMO = Bucket(name="demo", acl=Acl.PUBLIC_READ)
CLOSED = Bucket(name="closed")
HIT, MISS, OFF = CacheStatus.HIT, CacheStatus.MISS, CacheStatus.BYPASS
READER = Caller(
    key_id="r", buckets=frozenset({ANY_BUCKET}), permissions=frozenset({Permission.READ})
)
SMALL = "resize,w_20"
MARKED = f"watermark,{reference('logo', 'resize,P_50/rotate,90')}"


def even(colour: str, size: tuple[int, int] = (40, 30)) -> bytes:
    """Draw a picture of one colour."""
    return stored(Image.new("RGB", size, colour))


@dataclass(kw_only=True)
class Service:
    """A service that keeps results, and what it did with its stores."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    results: MemoryResultStorage = field(default_factory=MemoryResultStorage)
    keep_from: float = 0
    reply_limit: int = 4_500_000
    context: ProcessingContext = field(default_factory=ProcessingContext)

    def __post_init__(self) -> None:
        """Store a picture and a mark in each bucket."""
        for bucket in ("demo", "closed"):
            self.objects.add(bucket, "picture", even("red"))
            self.objects.add(bucket, "logo", even("blue", (10, 10)))

    def ask(
        self,
        process: str = SMALL,
        bucket: str = "demo",
        caller: Caller = ANONYMOUS,
        version_id: str | None = None,
        conditions: Preconditions | None = None,
    ) -> RenderResult:
        """Ask for the picture of a bucket, from a service that remembers nothing of its own."""
        self.objects.asked.clear()
        self.results.asked.clear()
        there = memory_services(
            DEMO,
            CLOSED,
            objects=self.objects,
            results=self.results,
            result_cache_min_seconds=self.keep_from,
        )
        chosen = replace(there.settings, reply_limit=self.reply_limit)
        there = replace(there, settings=chosen)
        asked = RenderRequest(
            bucket=get_bucket(there, bucket),
            key="picture",
            process=f"image/{process}",
            caller=caller,
            version_id=version_id,
            preconditions=conditions or Preconditions(),
        )
        return render(asked, there, replace(self.context, fonts=FONTS))


@pytest.fixture
def service() -> Service:
    """Start one that has kept nothing yet."""
    return Service()


def body(rendered: RenderResult) -> bytes:
    """Give the bytes of a result that was not too large."""
    assert isinstance(rendered.result, Result)
    return rendered.result.body


def result_key(rendered: RenderResult) -> str:
    """Give the key of a result in the storage."""
    assert rendered.identity is not None
    return rendered.identity.key()


def test_a_result_is_made_once(service: Service) -> None:
    """The second time nothing but its source's header is asked for."""
    first = service.ask()
    assert first.cache_status is MISS
    assert service.objects.asked == ["HEAD /demo/picture", "GET /demo/picture"]
    second = service.ask()
    assert second.cache_status is HIT
    assert service.objects.asked == ["HEAD /demo/picture"]
    assert body(second) == body(first)
    assert (second.source, result_key(second)) == (first.source, result_key(first))


def test_a_mark_is_not_read_either(service: Service) -> None:
    """Its header tells that it is the same."""
    service.ask(MARKED)
    assert service.ask(MARKED).cache_status is HIT
    assert service.objects.asked == ["HEAD /demo/picture", "HEAD /demo/logo"]


@pytest.mark.parametrize("key", ["picture", "logo"])
def test_another_version_makes_another_result(service: Service, key: str) -> None:
    """Of the source and of its mark; the older one comes back with what it was made of."""
    old = service.ask(MARKED)
    before = service.objects.stored["demo", key].body
    service.objects.add("demo", key, even("green", (12, 12)))
    new = service.ask(MARKED)
    assert new.cache_status is MISS
    assert body(new) != body(old)
    service.objects.add("demo", key, before)
    again = service.ask(MARKED)
    assert (again.cache_status, body(again)) == (HIT, body(old))


def test_another_process_makes_another_result_and_an_equal_one_does_not(service: Service) -> None:
    """However it is written."""
    service.ask("resize,w_20")
    assert service.ask("resize,w_21").cache_status is MISS
    assert service.ask("resize,m_lfit,w_020,").cache_status is HIT


def test_a_result_of_one_bucket_is_none_of_another(service: Service) -> None:
    """Though the same object is there."""
    service.ask(caller=READER)
    assert service.ask(bucket="closed", caller=READER).cache_status is MISS


def refusal(ask: Callable[[], object]) -> Code:
    """Give what a request is refused with."""
    with pytest.raises(OssError) as error:
        ask()
    return error.value.code


def test_a_stranger_is_not_given_what_a_key_had_made(service: Service) -> None:
    """Whether it is there is not looked up, either."""
    service.ask(bucket="closed", caller=READER)
    assert refusal(lambda: service.ask(bucket="closed")) is Code.ACCESS_DENIED
    assert service.results.asked == []


def test_an_acl_that_was_changed_holds_at_once(service: Service) -> None:
    """The bytes are the same, so the result is still there: for others."""
    service.ask()
    service.objects.add("demo", "picture", even("red"), acl=Acl.PRIVATE)
    assert refusal(service.ask) is Code.ACCESS_DENIED
    assert service.results.asked == []
    assert service.ask(caller=READER).cache_status is HIT


def test_what_was_deleted_is_gone(service: Service) -> None:
    """Its results stay where they are until they expire, and nobody is given them."""
    service.ask()
    del service.objects.stored["demo", "picture"]
    assert refusal(service.ask) is Code.NO_SUCH_KEY
    assert service.results.asked == []


def test_a_deleted_mark_is_missed(service: Service) -> None:
    """As by who asks for the first time."""
    service.ask(MARKED)
    del service.objects.stored["demo", "logo"]
    assert refusal(lambda: service.ask(MARKED)) is Code.WATERMARK_ERROR


def test_a_version_is_asked_for_by_its_id(service: Service) -> None:
    """What is kept of the current one answers for no other."""
    service.ask()
    assert refusal(lambda: service.ask(version_id="v0")) is Code.NO_SUCH_VERSION
    assert service.results.asked == []


def test_conditions_are_looked_at_first(service: Service) -> None:
    """When a precondition answers the request, the result cache is not read."""
    etag = service.ask().source.etag
    same, other = frozenset({etag}), frozenset({"0"})
    unmodified = service.ask(conditions=Preconditions(none_match=same))
    assert unmodified.result is None
    assert service.objects.asked == ["HEAD /demo/picture"]
    unmet = Preconditions(match=other)
    assert refusal(lambda: service.ask(conditions=unmet)) is Code.PRECONDITION_FAILED
    assert service.results.asked == []


def test_limits_count_though_nothing_is_read(service: Service) -> None:
    """They may be tighter than when the result was made."""
    service.ask()
    service.context = ProcessingContext(limits=replace(Limits(), source_bytes=9))
    assert refusal(service.ask) is Code.IMAGE_TOO_LARGE
    assert service.results.asked == []


@pytest.mark.parametrize("process", ["info", "average-hue"])
def test_reports_are_made_anew(service: Service, process: str) -> None:
    """Nobody looks for them, and nobody keeps them."""
    assert service.ask(process).cache_status is OFF
    assert service.results.asked == []
    assert service.objects.asked == ["GET /demo/picture"]


def test_an_error_is_not_kept(service: Service) -> None:
    """The next request finds out for itself."""
    service.objects.add("demo", "picture", b"no picture at all")
    for _ in range(2):
        assert refusal(service.ask) is Code.BAD_REQUEST
    assert service.results.stored == {}


@pytest.mark.parametrize("process", [SMALL, MARKED])
def test_a_store_that_fails_is_done_without(service: Service, process: str) -> None:
    """The picture is made, the failure is told for the log, and nothing is tried again."""
    expected = body(service.ask(process))
    service.results.broken = frozenset({"find", "keep"})
    rendered = service.ask(process)
    assert (rendered.cache_status, body(rendered)) == (MISS, expected)
    assert rendered.store_error is not None
    assert len(service.results.asked) == 1


def test_a_store_that_takes_nothing_is_no_failure(service: Service) -> None:
    """The look went well; keeping did not."""
    service.results.broken = frozenset({"keep"})
    rendered = service.ask()
    assert rendered.store_error is not None
    assert rendered.result is not None


@pytest.mark.parametrize("key", ["picture", "logo"])
def test_an_object_that_changes_after_the_look_is_named_as_it_was_read(key: str) -> None:
    """The answer is about the newer version, and so is what is kept: the older one has none."""
    new = even("green", (30, 30))

    @dataclass(frozen=True, kw_only=True)
    class Changing(MemoryObjects):
        def open(
            self,
            bucket: str,
            key_: str,
            *,
            version_id: str | None = None,
            byte_range: RangeSpec | None = None,
        ) -> OpenObject:
            self.add("demo", key, new)
            return super().open(bucket, key_, version_id=version_id, byte_range=byte_range)

    service = Service(objects=Changing())
    old = service.objects.stored["demo", key]
    rendered = service.ask(MARKED)
    looked, kept = (entry.partition(" ")[2] for entry in service.results.asked)
    assert looked != kept == result_key(rendered)
    assert service.objects.stored["demo", key].info.etag != old.info.etag
    still = Service(results=service.results)
    assert still.ask(MARKED).cache_status is MISS
    still.objects.add("demo", key, new)
    found = still.ask(MARKED)
    assert (found.cache_status, body(found)) == (HIT, body(rendered))


def test_an_acl_that_changes_after_the_look_counts(service: Service) -> None:
    """The object that is read is asked, too."""

    @dataclass(frozen=True, kw_only=True)
    class Closing(MemoryObjects):
        def open(
            self,
            bucket: str,
            key: str,
            *,
            version_id: str | None = None,
            byte_range: RangeSpec | None = None,
        ) -> OpenObject:
            self.add("demo", key, even("red"), acl=Acl.PRIVATE)
            return super().open(bucket, key, version_id=version_id, byte_range=byte_range)

    service = Service(objects=Closing())
    assert refusal(service.ask) is Code.ACCESS_DENIED


def test_a_look_for_the_source_that_fails_is_done_without(service: Service) -> None:
    """The object itself may still be had, with more patience."""

    @dataclass(frozen=True, kw_only=True)
    class Hasty(MemoryObjects):
        def head(self, *_: str, **__: str | None) -> ObjectInfo:
            raise OssError(Code.SERVICE_UNAVAILABLE)

    service = Service(objects=Hasty())
    rendered = service.ask()
    assert rendered.result is not None
    assert rendered.store_error is not None
    assert service.results.asked == []


def test_a_large_result_is_left_to_its_delivery(service: Service) -> None:
    """That stores it anyway; once it is there, it is found without being read."""
    service.reply_limit = 10
    rendered = service.ask()
    assert [entry.partition(" ")[0] for entry in service.results.asked] == ["find"]
    service.results.put(result_key(rendered), body(rendered), "image/png")
    found = service.ask()
    assert found.cache_status is HIT
    assert found.result == CachedResult(
        key=result_key(rendered), content_type="image/png", size=len(body(rendered))
    )


def test_only_what_took_its_time_is_kept(service: Service) -> None:
    """A PUT costs more than little work."""
    service.keep_from = 3600
    assert [service.ask().cache_status for _ in range(2)] == [MISS, MISS]
    assert service.results.stored == {}


def test_nothing_is_kept_when_time_is_up(service: Service) -> None:
    """The answer comes first."""
    seconds = iter([9.0, 9.0])
    service.context = ProcessingContext(remaining=lambda: next(seconds, 0.0))
    assert service.ask().cache_status is MISS
    assert service.results.stored == {}


WATERMARKS = [
    f"watermark,{reference('logo')}",
    f"watermark,{reference('second', 'resize,P_30')},t_50",
    f"watermark,{reference('logo', 'rotate,45/crop,w_5,h_5')},fill_1",
    f"watermark,text_SGk,{reference('third')},order_1",
]
STEPS = ["resize,w_30", "crop,w_20,h_20", "rotate,90", "blur,r_2,s_2", "quality,Q_50", "format,png"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*WATERMARKS, *STEPS]), min_size=1, max_size=4))
def test_what_is_kept_is_kept_under_the_name_that_was_looked_for(steps: list[str]) -> None:
    """Whatever is drawn: else it would never be found."""
    service = Service(context=ProcessingContext(remaining=lambda: 9.0))
    for key in ("second", "third"):
        service.objects.add("demo", key, even("green", (9, 9)))
    process = "/".join(steps)
    service.ask(process)
    looked, kept = service.results.asked
    assert kept.partition(" ")[2] == looked.partition(" ")[2]
    read = {entry for entry in service.objects.asked if entry.startswith("GET ")}
    marks = watermark_keys(compile_operations(parse(f"image/{process}").actions))
    assert read == {f"GET /demo/{key}" for key in {"picture", *marks}}
    assert service.ask(process).cache_status is HIT
