"""The result cache: a cached result is returned only while its source permits it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
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
PRIVATE = Bucket(name="closed")
HIT, MISS, OFF = CacheStatus.HIT, CacheStatus.MISS, CacheStatus.BYPASS
READER = Caller(
    key_id="r", buckets=frozenset({ANY_BUCKET}), permissions=frozenset({Permission.READ})
)
SMALL = "resize,w_20"
MARKED = f"watermark,{reference('logo', 'resize,P_50/rotate,90')}"


def filled(colour: str, size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture of one colour."""
    return stored(Image.new("RGB", size, colour))


@dataclass(kw_only=True)
class Service:
    """A service with a result cache; records the requests to its stores."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    results: MemoryResultStorage = field(default_factory=MemoryResultStorage)
    min_seconds: float = 0
    reply_limit: int = 4_500_000
    context: ProcessingContext = field(default_factory=ProcessingContext)

    def __post_init__(self) -> None:
        """Store a picture and a watermark in each bucket."""
        for bucket in ("demo", "closed"):
            self.objects.add(bucket, "picture", filled("red"))
            self.objects.add(bucket, "logo", filled("blue", (10, 10)))

    def render(
        self,
        process: str = SMALL,
        bucket: str = "demo",
        caller: Caller = ANONYMOUS,
        version_id: str | None = None,
        conditions: Preconditions | None = None,
    ) -> RenderResult:
        """Render the picture with new services on the same stores."""
        self.objects.asked.clear()
        self.results.asked.clear()
        services = memory_services(
            DEMO,
            PRIVATE,
            objects=self.objects,
            results=self.results,
            result_cache_min_seconds=self.min_seconds,
        )
        chosen = replace(services.settings, reply_limit=self.reply_limit)
        services = replace(services, settings=chosen)
        request = RenderRequest(
            bucket=get_bucket(services, bucket),
            key="picture",
            process=f"image/{process}",
            caller=caller,
            version_id=version_id,
            preconditions=conditions or Preconditions(),
        )
        return render(request, services, replace(self.context, fonts=FONTS))


@pytest.fixture
def service() -> Service:
    """Return a service with an empty result cache."""
    return Service()


def body(rendered: RenderResult) -> bytes:
    """Return the bytes of a result that fits a reply."""
    assert isinstance(rendered.result, Result)
    return rendered.result.body


def result_key(rendered: RenderResult) -> str:
    """Return the key of a result in the storage."""
    assert rendered.identity is not None
    return rendered.identity.key()


def test_a_second_request_hits_the_cache(service: Service) -> None:
    """The second request reads only the source's header."""
    first = service.render()
    assert first.cache_status is MISS
    assert service.objects.asked == ["HEAD /demo/picture", "GET /demo/picture"]
    second = service.render()
    assert second.cache_status is HIT
    assert service.objects.asked == ["HEAD /demo/picture"]
    assert body(second) == body(first)
    assert (second.source, result_key(second)) == (first.source, result_key(first))


def test_a_hit_reads_only_the_header_of_a_watermark(service: Service) -> None:
    """A HEAD shows that the watermark's ETag is the same."""
    service.render(MARKED)
    assert service.render(MARKED).cache_status is HIT
    assert service.objects.asked == ["HEAD /demo/picture", "HEAD /demo/logo"]


@pytest.mark.parametrize("key", ["picture", "logo"])
def test_another_version_of_source_or_watermark_misses(service: Service, key: str) -> None:
    """A new version gives another result; restoring the old version hits the old result."""
    old = service.render(MARKED)
    before = service.objects.stored["demo", key].body
    service.objects.add("demo", key, filled("green", (12, 12)))
    new = service.render(MARKED)
    assert new.cache_status is MISS
    assert body(new) != body(old)
    service.objects.add("demo", key, before)
    again = service.render(MARKED)
    assert (again.cache_status, body(again)) == (HIT, body(old))


def test_another_process_misses_and_an_equivalent_one_hits(service: Service) -> None:
    """The cache key contains the canonical process, so spelling does not matter."""
    service.render("resize,w_20")
    assert service.render("resize,w_21").cache_status is MISS
    assert service.render("resize,m_lfit,w_020,").cache_status is HIT


def test_results_are_not_shared_between_buckets(service: Service) -> None:
    """The same object in another bucket misses."""
    service.render(caller=READER)
    assert service.render(bucket="closed", caller=READER).cache_status is MISS


def refusal(call: Callable[[], object]) -> Code:
    """Return the code of the error that a call raises."""
    with pytest.raises(OssError) as error:
        call()
    return error.value.code


def test_a_caller_without_rights_does_not_read_the_cache(service: Service) -> None:
    """Authorization comes before the cache lookup."""
    service.render(bucket="closed", caller=READER)
    assert refusal(lambda: service.render(bucket="closed")) is Code.ACCESS_DENIED
    assert service.results.asked == []


def test_a_changed_acl_holds_for_cached_results(service: Service) -> None:
    """The new ACL refuses anonymous callers; a reader still hits the cached result."""
    service.render()
    service.objects.add("demo", "picture", filled("red"), acl=Acl.PRIVATE)
    assert refusal(service.render) is Code.ACCESS_DENIED
    assert service.results.asked == []
    assert service.render(caller=READER).cache_status is HIT


def test_a_deleted_source_is_not_found(service: Service) -> None:
    """A request for a deleted source returns NoSuchKey and does not read the cache."""
    service.render()
    del service.objects.stored["demo", "picture"]
    assert refusal(service.render) is Code.NO_SUCH_KEY
    assert service.results.asked == []


def test_a_deleted_watermark_is_an_error(service: Service) -> None:
    """A cached result does not hide that its watermark is deleted."""
    service.render(MARKED)
    del service.objects.stored["demo", "logo"]
    assert refusal(lambda: service.render(MARKED)) is Code.WATERMARK_ERROR


def test_a_request_for_another_version_does_not_read_the_cache(service: Service) -> None:
    """A version id that does not exist raises NoSuchVersion."""
    service.render()
    assert refusal(lambda: service.render(version_id="v0")) is Code.NO_SUCH_VERSION
    assert service.results.asked == []


def test_preconditions_are_evaluated_before_the_cache(service: Service) -> None:
    """When a precondition answers the request, the result cache is not read."""
    etag = service.render().source.etag
    same, other = frozenset({etag}), frozenset({"0"})
    unmodified = service.render(conditions=Preconditions(none_match=same))
    assert unmodified.result is None
    assert service.objects.asked == ["HEAD /demo/picture"]
    unmet = Preconditions(match=other)
    assert refusal(lambda: service.render(conditions=unmet)) is Code.PRECONDITION_FAILED
    assert service.results.asked == []


def test_limits_hold_for_cached_results(service: Service) -> None:
    """A source over the current limit is refused before the cache lookup."""
    service.render()
    service.context = ProcessingContext(limits=replace(Limits(), source_bytes=9))
    assert refusal(service.render) is Code.IMAGE_TOO_LARGE
    assert service.results.asked == []


@pytest.mark.parametrize("process", ["info", "average-hue"])
def test_reports_bypass_the_cache(service: Service, process: str) -> None:
    """`info` and `average-hue` neither read nor write the cache."""
    assert service.render(process).cache_status is OFF
    assert service.results.asked == []
    assert service.objects.asked == ["GET /demo/picture"]


def test_an_error_is_not_cached(service: Service) -> None:
    """The second request raises the error again and the cache stays empty."""
    service.objects.add("demo", "picture", b"no picture at all")
    for _ in range(2):
        assert refusal(service.render) is Code.BAD_REQUEST
    assert service.results.stored == {}


@pytest.mark.parametrize("process", [SMALL, MARKED])
def test_a_failing_cache_does_not_fail_the_request(service: Service, process: str) -> None:
    """The picture is rendered, the error is returned for the log, and nothing is retried."""
    expected = body(service.render(process))
    service.results.broken = frozenset({"find", "keep"})
    rendered = service.render(process)
    assert (rendered.cache_status, body(rendered)) == (MISS, expected)
    assert rendered.store_error is not None
    assert len(service.results.asked) == 1


def test_a_failing_cache_write_does_not_fail_the_request(service: Service) -> None:
    """The result is returned with the error of the write."""
    service.results.broken = frozenset({"keep"})
    rendered = service.render()
    assert rendered.store_error is not None
    assert rendered.result is not None


@pytest.mark.parametrize("key", ["picture", "logo"])
def test_a_result_is_stored_under_the_version_that_was_read(key: str) -> None:
    """If an object is replaced after the lookup, the new version is rendered and cached."""
    new = filled("green", (30, 30))

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
    rendered = service.render(MARKED)
    looked_up, stored_as = (entry.partition(" ")[2] for entry in service.results.asked)
    assert looked_up != stored_as == result_key(rendered)
    assert service.objects.stored["demo", key].info.etag != old.info.etag
    still = Service(results=service.results)
    assert still.render(MARKED).cache_status is MISS
    still.objects.add("demo", key, new)
    found = still.render(MARKED)
    assert (found.cache_status, body(found)) == (HIT, body(rendered))


def test_an_acl_that_changes_after_the_lookup_holds(service: Service) -> None:
    """The ACL of the object that was read is checked, too."""

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
            self.add("demo", key, filled("red"), acl=Acl.PRIVATE)
            return super().open(bucket, key, version_id=version_id, byte_range=byte_range)

    service = Service(objects=Closing())
    assert refusal(service.render) is Code.ACCESS_DENIED


def test_a_failing_head_of_the_source_does_not_fail_the_request(service: Service) -> None:
    """The HEAD has a short timeout; the GET after it may succeed."""

    @dataclass(frozen=True, kw_only=True)
    class FailingHead(MemoryObjects):
        def head(self, *_: str, **__: str | None) -> ObjectInfo:
            raise OssError(Code.SERVICE_UNAVAILABLE)

    service = Service(objects=FailingHead())
    rendered = service.render()
    assert rendered.result is not None
    assert rendered.store_error is not None
    assert service.results.asked == []


def test_a_result_over_the_reply_limit_is_not_stored_here(service: Service) -> None:
    """The delivery stores it; a later request returns its reference without reading its bytes."""
    service.reply_limit = 10
    rendered = service.render()
    assert [entry.partition(" ")[0] for entry in service.results.asked] == ["find"]
    service.results.put(result_key(rendered), body(rendered), "image/png")
    found = service.render()
    assert found.cache_status is HIT
    assert found.result == CachedResult(
        key=result_key(rendered), content_type="image/png", size=len(body(rendered))
    )


def test_a_fast_result_is_not_cached(service: Service) -> None:
    """A result whose rendering takes less than the minimum time is not stored."""
    service.min_seconds = 3600
    assert [service.render().cache_status for _ in range(2)] == [MISS, MISS]
    assert service.results.stored == {}


def test_nothing_is_cached_without_time_left(service: Service) -> None:
    """The request returns its result without a PUT."""
    seconds = iter([9.0, 9.0])
    service.context = ProcessingContext(remaining=lambda: next(seconds, 0.0))
    assert service.render().cache_status is MISS
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
def test_a_result_is_stored_under_the_key_that_was_looked_up(steps: list[str]) -> None:
    """The lookup and the write use one key for every combination of watermarks and steps."""
    service = Service(context=ProcessingContext(remaining=lambda: 9.0))
    for key in ("second", "third"):
        service.objects.add("demo", key, filled("green", (9, 9)))
    process = "/".join(steps)
    service.render(process)
    looked_up, stored_as = service.results.asked
    assert stored_as.partition(" ")[2] == looked_up.partition(" ")[2]
    read = {entry for entry in service.objects.asked if entry.startswith("GET ")}
    marks = watermark_keys(compile_operations(parse(f"image/{process}").actions))
    assert read == {f"GET /demo/{key}" for key in {"picture", *marks}}
    assert service.render(process).cache_status is HIT
