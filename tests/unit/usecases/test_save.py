"""saveas: a picture out of the store, through a process, back into the store (spec 04 §4)."""

import io

import pytest
from PIL import Image

from darkroom.auth import ANONYMOUS, Caller, Permission
from darkroom.buckets import Acl, Bucket, Protection
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.process.parameters import encode_base64
from darkroom.usecases.authorization import Access, authorize
from darkroom.usecases.render import RenderRequest
from darkroom.usecases.save import SaveResult, save
from darkroom.usecases.styles import StyleDraft, put_style
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import memory_services
from tests.pictures import coded, stored

SOURCE = Bucket(name="source", acl=Acl.PUBLIC_READ)
CLOSED = Bucket(name="closed")
TARGET = Bucket(name="target")
SHIELDED = Bucket(
    name="shielded", acl=Acl.PUBLIC_READ, protection=Protection(enabled=True, suffixes=("png",))
)
WEBP = Bucket(name="as-webp")
OPEN = Bucket(name="open", acl=Acl.PUBLIC_READ_WRITE)
KEY = "dir/sub/pic.one.png"


def caller(*permissions: Permission, buckets: str = "*") -> Caller:
    """Describe the holder of a key."""
    return Caller(
        key_id="ak", buckets=frozenset(buckets.split()), permissions=frozenset(permissions)
    )


BOTH = caller(Permission.READ, Permission.WRITE)
WRITER = caller(Permission.WRITE)


@pytest.fixture
def objects() -> MemoryObjects:
    """Store a picture of 60×40 pixels in every bucket it is read from."""
    held = MemoryObjects()
    for bucket in (SOURCE, CLOSED, SHIELDED):
        held.add(bucket.name, KEY, stored(coded((60, 40))))
    held.add("source", "plain", stored(coded((60, 40))))
    return held


def saved(
    objects: MemoryObjects,
    process: str,
    *,
    who: Caller = BOTH,
    bucket: Bucket = SOURCE,
    key: str = KEY,
) -> SaveResult:
    """Save in a world of these buckets, of which `shielded` has a style."""
    there = memory_services(SOURCE, CLOSED, TARGET, SHIELDED, WEBP, OPEN, objects=objects)
    put_style(SHIELDED, StyleDraft(name="s", content="image/resize,w_30"), there)
    authorize(Access.STORE_RESULT, bucket, bucket.name, who)
    source = RenderRequest(bucket=bucket, key=key, process=process, caller=who)
    return save(source, there, ProcessingContext())


def refusal(
    objects: MemoryObjects,
    process: str,
    *,
    who: Caller = BOTH,
    bucket: Bucket = SOURCE,
    key: str = KEY,
) -> OssError:
    """Give the error of a save; nothing may have been stored."""
    before = dict(objects.stored)
    with pytest.raises(OssError) as refused:
        saved(objects, process, who=who, bucket=bucket, key=key)
    assert objects.stored == before
    return refused.value


def to(key: str, bucket: str | None = None) -> str:
    """Write the sysop."""
    named = f",b_{encode_base64(bucket)}" if bucket else ""
    return f"|sys/saveas,o_{encode_base64(key)}{named}"


def test_the_result_is_stored_and_told(objects: MemoryObjects) -> None:
    """Spec 06 T10, T11: in the source's bucket unless another is named; only then is it told."""
    here = saved(objects, "image/resize,w_30" + to("a.png"))
    there = saved(objects, "image/resize,w_30" + to("a.png", "target"))
    body = objects.stored["source", "a.png"].body
    assert Image.open(io.BytesIO(body)).size == (30, 20)
    assert objects.stored["target", "a.png"].body == body
    assert here == SaveResult(bucket=None, key="a.png", size=len(body))
    assert there == SaveResult(bucket="target", key="a.png", size=len(body))


def test_the_stored_object_has_the_type_of_its_format_and_nothing_of_its_source(
    objects: MemoryObjects,
) -> None:
    """C-161, C-162: whatever its key is called."""
    saved(objects, "image/format,webp" + to("a.png"))
    info = objects.stored["source", "a.png"].info
    assert info.content_type == "image/webp"
    assert (info.metadata, info.headers, info.acl) == ({}, {}, None)


def test_a_source_may_be_its_own_target(objects: MemoryObjects) -> None:
    """C-160, C-164: what is there is overwritten."""
    saved(objects, "image/rotate,90" + to(KEY))
    assert Image.open(io.BytesIO(objects.stored["source", KEY].body)).size == (40, 60)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("{bucket}/{object}", "source/dir/sub/pic.one.png"),
        ("{dirname}/small/{basename}", "dir/sub/small/pic.one.png"),
        ("{barename}-{ext}.{autoext}", "pic.one-png.webp"),
        ("{other}/{}{ext}", "{other}/{}png"),
    ],
)
def test_variables_stand_for_the_source_and_the_result(
    objects: MemoryObjects, written: str, key: str
) -> None:
    """C-159: in one pass, and what is no variable stays as it is."""
    assert saved(objects, "image/format,webp" + to(written)).key == key


@pytest.mark.parametrize(
    ("written", "key"),
    [("a{dirname}", "a"), ("{barename}{ext}", "plain"), ("x{ext}", "x")],
)
def test_variables_of_a_key_without_folder_and_extension(
    objects: MemoryObjects, written: str, key: str
) -> None:
    """C-159: what is not there is empty."""
    assert saved(objects, "image/rotate,90" + to(written), key="plain").key == key


def test_variables_are_read_in_the_bucket_too(objects: MemoryObjects) -> None:
    """`b` takes the same variables as `o` (C-159)."""
    process = "image/format,webp" + to("a", "as-{autoext}")
    assert saved(objects, process).bucket == "as-webp"
    assert ("as-webp", "a") in objects.stored


@pytest.mark.parametrize(
    ("process", "code"),
    [
        ("image/rotate,90", Code.INVALID_ARGUMENT),
        ("image/info" + to("a"), Code.INVALID_ARGUMENT),
        ("image/rotate,90" + to("a") + to("b"), Code.INVALID_ARGUMENT),
        ("image/rotate,90" + to("a") + "/notify,topic_YQ", Code.INVALID_ARGUMENT),
        ("image/rotate,90|saveas,o_YQ", Code.INVALID_ARGUMENT),
        ("image/rotate,90|sys/saveas,b_YQ", Code.MISSING_ARGUMENT),
        ("image/rotate,90|sys/saveas,o_", Code.MISSING_ARGUMENT),
        ("image/rotate,90|sys/saveas,o_a", Code.BAD_REQUEST),
        ("image/rotate,400" + to("a"), Code.INVALID_ARGUMENT),
        ("image/rotate,90" + to("/a"), Code.INVALID_OBJECT_NAME),
        ("image/rotate,90" + to("\\a"), Code.INVALID_OBJECT_NAME),
        ("image/rotate,90" + to("a" * 1024), Code.INVALID_OBJECT_NAME),
        ("image/rotate,90" + to("a", "No_Bucket"), Code.INVALID_BUCKET_NAME),
        ("image/rotate,90" + to("a", "missing"), Code.NO_SUCH_BUCKET),
        ("style/none" + to("a"), Code.NO_SUCH_STYLE),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_what_cannot_be_done_is_refused_before_anything_is_read(
    objects: MemoryObjects, process: str, code: Code
) -> None:
    """Every rule of `sys/saveas` has its code (spec 04 §4)."""
    assert refusal(objects, process).code is code
    assert objects.asked == []


@pytest.mark.parametrize(
    ("process", "operation"),
    [
        ("image/resize,w_10", "image/resize"),
        ("image/rotate,90|saveas,o_YQ", "saveas"),
        ("image/rotate,90" + to("a") + "/notify,topic_YQ", "notify"),
    ],
)
def test_an_operation_that_a_post_has_not_is_named(
    objects: MemoryObjects, process: str, operation: str
) -> None:
    """C-17, spec 06 T13: the words that clients know."""
    assert refusal(objects, process).message == f"operation not support post: {operation}"


def test_an_illegal_name_that_shows_late_is_refused_then(objects: MemoryObjects) -> None:
    """A variable of the result is known only when that is there: still nothing is stored."""
    refused = refusal(objects, "image/rotate,90" + to("a" * 1021 + "{autoext}"))
    assert refused.code is Code.INVALID_OBJECT_NAME


def test_a_missing_source_is_not_found(objects: MemoryObjects) -> None:
    """NoSuchKey, as for a GET of the source (spec 05 §2)."""
    refused = refusal(objects, "image/rotate,90" + to("a"), key="none")
    assert refused.code is Code.NO_SUCH_KEY


@pytest.mark.parametrize(
    ("who", "source", "target", "allowed"),
    [
        (ANONYMOUS, SOURCE, "open", False),
        (ANONYMOUS, SOURCE, "source", False),
        (WRITER, SOURCE, "target", True),
        (WRITER, CLOSED, "target", False),
        (BOTH, CLOSED, "target", True),
        (caller(Permission.READ), CLOSED, "target", False),
        (caller(Permission.READ), CLOSED, "open", True),
        (caller(Permission.READ, Permission.WRITE, buckets="closed"), CLOSED, "closed", True),
        (caller(Permission.READ, Permission.WRITE, buckets="closed"), CLOSED, "target", False),
        (caller(Permission.READ, Permission.WRITE, buckets="target"), CLOSED, "target", False),
        (caller(Permission.ADMIN), SOURCE, "target", False),
    ],
)
def test_the_source_is_to_be_read_and_the_target_to_be_written(
    objects: MemoryObjects, who: Caller, source: Bucket, target: str, allowed: bool
) -> None:
    """Spec 01 §3, C-19: both are asked of the key, and never of nobody."""
    process = "image/rotate,90" + to("a", target)
    if allowed:
        assert saved(objects, process, who=who, bucket=source).bucket == target
        return
    assert refusal(objects, process, who=who, bucket=source).code is Code.ACCESS_DENIED
    assert objects.asked in ([], [f"HEAD /{source.name}/{KEY}"])


def test_a_stranger_stores_protected_pictures_in_a_style_only(objects: MemoryObjects) -> None:
    """Spec 04 §3: a key that may not read the bucket is treated as nobody's."""
    inline, style = "image/resize,w_30" + to("a", "target"), "style/s" + to("a", "target")
    assert refusal(objects, inline, who=WRITER, bucket=SHIELDED).code is Code.ACCESS_DENIED
    assert saved(objects, style, who=WRITER, bucket=SHIELDED).key == "a"
    assert saved(objects, inline, who=BOTH, bucket=SHIELDED).key == "a"
