"""Watermark objects are read once per request, and their ETags are part of the result's key."""

from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace
from PIL import Image

from darkroom.auth import ANONYMOUS
from darkroom.buckets import Acl, Bucket
from darkroom.errors import Code, OssError, no_such_key
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.pipeline import Result
from darkroom.limits import Limits
from darkroom.ports.objects import ObjectReplaced, OpenObject, RangeSpec
from darkroom.usecases.authorization import MarkRights, ReadPurpose, get_bucket
from darkroom.usecases.render import RenderRequest, RenderResult, render
from darkroom.usecases.watermark_loader import WatermarkLoader
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import memory_services
from tests.pictures import shown, stored
from tests.unit.operations.watermark.marking import reference

DEMO = Bucket(name="demo", acl=Acl.PUBLIC_READ)
OTHER = Bucket(name="other", acl=Acl.PUBLIC_READ)


def objects(**loader: bytes) -> MemoryObjects:
    """Store a picture and watermarks in `demo`."""
    store = MemoryObjects()
    for key, body in {"picture": stored(Image.new("RGB", (40, 30))), **loader}.items():
        store.add("demo", key, body)
    return store


def filled(colour: str) -> bytes:
    """Return a watermark of one colour."""
    return stored(Image.new("RGB", (10, 10), colour))


def loader(store: MemoryObjects, context: ProcessingContext | None = None) -> WatermarkLoader:
    """Return the watermark loader of `demo`."""
    return WatermarkLoader(
        rights=MarkRights(bucket=DEMO, caller=ANONYMOUS, purpose=ReadPurpose.STYLED),
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
    services = memory_services(DEMO, OTHER, objects=store)
    request = RenderRequest(
        bucket=get_bucket(services, bucket), key="picture", process=f"image/{process}"
    )
    return render(request, services, context or ProcessingContext())


def result_key(rendered: RenderResult) -> str:
    """Return the key of a result in the storage."""
    assert rendered.identity is not None
    return rendered.identity.key()


def test_an_object_is_read_once() -> None:
    """Three loads of a watermark send one GET."""
    store = objects(logo=b"logo")
    context = loader(store).processing_context()
    assert [context.load_watermark("logo") for _ in range(3)] == [b"logo"] * 3
    assert store.asked == ["GET /demo/logo"]


def test_a_missing_object_has_an_ec_of_its_own() -> None:
    """C-83; the message contains the key, truncated to 100 characters."""
    with pytest.raises(OssError) as caught:
        loader(objects()).load("k" * 500)
    assert (caught.value.code, caught.value.ec) == (Code.WATERMARK_ERROR, "0040-00000025")
    assert "k" * 101 not in caught.value.message


def test_an_object_over_the_limit_is_refused() -> None:
    """The limit is that of a source."""
    limited = ProcessingContext(limits=replace(Limits(), source_bytes=3))
    assert loader(objects(logo=b"log"), limited).load("logo") == b"log"
    with pytest.raises(OssError) as caught:
        loader(objects(logo=b"logo"), limited).load("logo")
    assert (caught.value.code, caught.value.ec) == (Code.WATERMARK_ERROR, None)


@dataclass(frozen=True, kw_only=True)
class FailingObjects(MemoryObjects):
    """A store that raises a list of errors, one per open, before it succeeds."""

    failures: list[Exception] = field(default_factory=list)

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Raise the next error, if there is one."""
        if self.failures:
            raise self.failures.pop(0)
        return super().open(bucket, key, version_id=version_id, byte_range=byte_range)


def failing(*failures: Exception) -> FailingObjects:
    """Return a store with a logo that raises these errors first."""
    store = FailingObjects(failures=list(failures))
    store.add("demo", "logo", b"logo")
    return store


def test_an_object_that_was_replaced_is_read_again() -> None:
    """The retry returns the new version."""
    assert loader(failing(ObjectReplaced("logo"))).load("logo") == b"logo"


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
def test_only_failures_of_the_store_are_server_errors(
    failures: list[Exception], code: Code
) -> None:
    """Every other failure is a WatermarkError."""
    with pytest.raises(OssError) as caught:
        loader(failing(*failures)).load("logo")
    assert caught.value.code is code


def test_the_result_key_contains_the_etags_of_watermarks() -> None:
    """Another logo under the same key changes the result's key (decision 011)."""
    process = f"watermark,{reference('logo')}"
    red, again, blue = (
        result_key(rendered(objects(logo=filled(colour)), process))
        for colour in ("red", "red", "blue")
    )
    assert red == again
    assert red != blue


def test_an_unused_watermark_does_not_change_the_result_key() -> None:
    """A process without watermarks gives the same key for any logo."""
    names = {
        result_key(rendered(objects(logo=filled(colour)), "resize,w_10"))
        for colour in ("red", "blue")
    }
    assert len(names) == 1


def test_requests_that_share_a_context_do_not_share_watermarks() -> None:
    """Each bucket's `logo` is its own."""
    store = objects(logo=filled("red"))
    store.add("other", "picture", stored(Image.new("RGB", (40, 30))))
    store.add("other", "logo", filled("blue"))
    context = ProcessingContext()
    process = f"watermark,{reference('logo')}"
    found = [rendered(store, process, bucket, context) for bucket in ("demo", "other")]
    pixels = [
        shown(one.result).getpixel((25, 15)) for one in found if isinstance(one.result, Result)
    ]
    assert pixels == [(255, 0, 0), (0, 0, 255)]
