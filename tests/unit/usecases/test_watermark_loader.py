"""The objects of watermarks: read once a request, and part of what a result is named by."""

from dataclasses import dataclass, field, replace

import pytest
from PIL import Image

from darkroom.buckets import Acl, Bucket
from darkroom.errors import Code, OssError, no_such_key
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.pipeline import Result
from darkroom.limits import Limits
from darkroom.ports.objects import ObjectReplaced, OpenObject, RangeSpec
from darkroom.usecases.authorization import get_bucket
from darkroom.usecases.render import RenderRequest, RenderResult, render
from darkroom.usecases.watermark_loader import WatermarkLoader
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import memory_services
from tests.pictures import shown, stored
from tests.unit.operations.watermark.marking import reference

DEMO = Bucket(name="demo", acl=Acl.PUBLIC_READ)
OTHER = Bucket(name="other", acl=Acl.PUBLIC_READ)


def objects(**marks: bytes) -> MemoryObjects:
    """Store a picture and marks in `demo`."""
    store = MemoryObjects()
    for key, body in {"picture": stored(Image.new("RGB", (40, 30))), **marks}.items():
        store.add("demo", key, body)
    return store


def even(colour: str) -> bytes:
    """Draw a mark of one colour."""
    return stored(Image.new("RGB", (10, 10), colour))


def marks(store: MemoryObjects, context: ProcessingContext | None = None) -> WatermarkLoader:
    """Offer the marks of `demo`."""
    return WatermarkLoader(
        bucket="demo",
        services=memory_services(DEMO, objects=store),
        context=context or ProcessingContext(),
    )


def rendered(
    store: MemoryObjects,
    process: str,
    bucket: str = "demo",
    context: ProcessingContext | None = None,
) -> RenderResult:
    """Render the picture of a bucket."""
    there = memory_services(DEMO, OTHER, objects=store)
    asked = RenderRequest(
        bucket=get_bucket(there, bucket), key="picture", process=f"image/{process}"
    )
    return render(asked, there, context or ProcessingContext())


def result_key(rendered: RenderResult) -> str:
    """Give the key of a result in the storage."""
    assert rendered.identity is not None
    return rendered.identity.key()


def test_an_object_is_read_once() -> None:
    """However many watermarks use it."""
    store = objects(logo=b"logo")
    offered = marks(store).processing_context()
    assert [offered.load_watermark("logo") for _ in range(3)] == [b"logo"] * 3
    assert store.asked == ["GET /demo/logo"]


def test_a_missing_object_has_a_number_of_its_own() -> None:
    """C-83; the message names it, shortened as all that a caller sends."""
    with pytest.raises(OssError) as caught:
        marks(objects()).load("k" * 500)
    assert (caught.value.code, caught.value.ec) == (Code.WATERMARK_ERROR, "0040-00000025")
    assert "k" * 101 not in caught.value.message


def test_an_object_over_the_limit_is_refused() -> None:
    """By its length, as a source is."""
    limited = ProcessingContext(limits=replace(Limits(), source_bytes=3))
    assert marks(objects(logo=b"log"), limited).load("logo") == b"log"
    with pytest.raises(OssError) as caught:
        marks(objects(logo=b"logo"), limited).load("logo")
    assert (caught.value.code, caught.value.ec) == (Code.WATERMARK_ERROR, None)


@dataclass(frozen=True, kw_only=True)
class Failing(MemoryObjects):
    """A store whose objects fail, one failure after another, before they are read."""

    failures: list[Exception] = field(default_factory=list)

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Fail if there is a failure left."""
        if self.failures:
            raise self.failures.pop(0)
        return super().open(bucket, key, version_id=version_id, byte_range=byte_range)


def failing(*failures: Exception) -> Failing:
    """Store a logo behind failures."""
    store = Failing(failures=list(failures))
    store.add("demo", "logo", b"logo")
    return store


def test_an_object_that_is_replaced_meanwhile_is_read_again() -> None:
    """The newer one is as good."""
    assert marks(failing(ObjectReplaced("logo"))).load("logo") == b"logo"


@pytest.mark.parametrize(
    ("failures", "code"),
    [
        ([ObjectReplaced("logo"), ObjectReplaced("logo")], Code.SERVICE_UNAVAILABLE),
        ([OssError(Code.SERVICE_UNAVAILABLE)], Code.SERVICE_UNAVAILABLE),
        ([OssError(Code.ACCESS_DENIED)], Code.WATERMARK_ERROR),
        ([OssError(Code.INVALID_OBJECT_STATE)], Code.WATERMARK_ERROR),
        ([no_such_key("logo")], Code.WATERMARK_ERROR),
    ],
    ids=["replaced-twice", "store-is-down", "denied", "archived", "missing"],
)
def test_only_the_stores_own_failures_are_the_services_fault(
    failures: list[Exception], code: Code
) -> None:
    """Everything else is an object that cannot be used."""
    with pytest.raises(OssError) as caught:
        marks(failing(*failures)).load("logo")
    assert caught.value.code is code


def test_a_result_is_named_by_the_versions_of_its_marks() -> None:
    """Another logo under the same key makes another result (decision 011); the same, the same."""
    process = f"watermark,{reference('logo')}"
    red, again, blue = (
        result_key(rendered(objects(logo=even(colour)), process))
        for colour in ("red", "red", "blue")
    )
    assert red == again
    assert red != blue


def test_a_mark_that_is_not_drawn_names_nothing() -> None:
    """Two results that follow from the same things have the same name."""
    names = {
        result_key(rendered(objects(logo=even(colour)), "resize,w_10"))
        for colour in ("red", "blue")
    }
    assert len(names) == 1


def test_what_was_made_of_a_mark_is_no_other_requests() -> None:
    """One context may serve many jobs: each bucket has its own `logo`."""
    store = objects(logo=even("red"))
    store.add("other", "picture", stored(Image.new("RGB", (40, 30))))
    store.add("other", "logo", even("blue"))
    context = ProcessingContext()
    process = f"watermark,{reference('logo')}"
    found = [rendered(store, process, bucket, context) for bucket in ("demo", "other")]
    pixels = [
        shown(one.result).getpixel((25, 15)) for one in found if isinstance(one.result, Result)
    ]
    assert pixels == [(255, 0, 0), (0, 0, 255)]
