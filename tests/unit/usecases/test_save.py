"""`sys/saveas`: a processed picture is stored in a bucket (spec 04 §4)."""

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
from darkroom.usecases.save import SaveResult, authorize_process, save
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
    """Return the caller of a key with these permissions."""
    return Caller(
        key_id="ak", buckets=frozenset(buckets.split()), permissions=frozenset(permissions)
    )


BOTH = caller(Permission.READ, Permission.WRITE)
WRITER = caller(Permission.WRITE)


@pytest.fixture
def objects() -> MemoryObjects:
    """Store a picture of 60×40 pixels in each source bucket."""
    store = MemoryObjects()
    for bucket in (SOURCE, CLOSED, SHIELDED):
        store.add(bucket.name, KEY, stored(coded((60, 40))))
    store.add("source", "plain", stored(coded((60, 40))))
    return store


def saved(
    objects: MemoryObjects,
    process: str,
    *,
    requester: Caller = BOTH,
    bucket: Bucket = SOURCE,
    key: str = KEY,
) -> SaveResult:
    """Authorize and save, with services that have these buckets and a style in `shielded`."""
    services = memory_services(SOURCE, CLOSED, TARGET, SHIELDED, WEBP, OPEN, objects=objects)
    put_style(SHIELDED, StyleDraft(name="s", content="image/resize,w_30"), services)
    authorize(Access.STORE_RESULT, bucket, bucket.name, requester)
    source = RenderRequest(bucket=bucket, key=key, process=process, caller=requester)
    resolved = authorize_process(source, services)
    return save(source, resolved, services, ProcessingContext())


def refusal(
    objects: MemoryObjects,
    process: str,
    *,
    requester: Caller = BOTH,
    bucket: Bucket = SOURCE,
    key: str = KEY,
) -> OssError:
    """Return the error of a save and assert that nothing was stored."""
    before = dict(objects.stored)
    with pytest.raises(OssError) as refused:
        saved(objects, process, requester=requester, bucket=bucket, key=key)
    assert objects.stored == before
    return refused.value


def to(key: str, bucket: str | None = None) -> str:
    """Return the text of `sys/saveas`."""
    bucket_part = f",b_{encode_base64(bucket)}" if bucket else ""
    return f"|sys/saveas,o_{encode_base64(key)}{bucket_part}"


def test_the_result_is_stored_in_the_named_bucket(objects: MemoryObjects) -> None:
    """Spec 06 T10, T11: the default bucket is the source's; the result has only a named one."""
    in_source = saved(objects, "image/resize,w_30" + to("a.png"))
    in_target = saved(objects, "image/resize,w_30" + to("a.png", "target"))
    body = objects.stored["source", "a.png"].body
    assert Image.open(io.BytesIO(body)).size == (30, 20)
    assert objects.stored["target", "a.png"].body == body
    assert in_source == SaveResult(bucket=None, key="a.png", size=len(body))
    assert in_target == SaveResult(bucket="target", key="a.png", size=len(body))


def test_the_stored_object_has_its_own_type_and_no_attributes_of_its_source(
    objects: MemoryObjects,
) -> None:
    """C-161, C-162: the type follows from the format, not from the key."""
    saved(objects, "image/format,webp" + to("a.png"))
    info = objects.stored["source", "a.png"].info
    assert info.content_type == "image/webp"
    assert (info.metadata, info.headers, info.acl) == ({}, {}, None)


def test_a_source_may_be_its_own_target(objects: MemoryObjects) -> None:
    """C-160, C-164: an existing object is overwritten."""
    saved(objects, "image/rotate,90" + to(KEY))
    assert Image.open(io.BytesIO(objects.stored["source", KEY].body)).size == (40, 60)


@pytest.mark.parametrize(
    ("template", "key"),
    [
        ("{bucket}/{object}", "source/dir/sub/pic.one.png"),
        ("{dirname}/small/{basename}", "dir/sub/small/pic.one.png"),
        ("{barename}-{ext}.{autoext}", "pic.one-png.webp"),
        ("{other}/{}{ext}", "{other}/{}png"),
    ],
)
def test_variables_are_expanded(objects: MemoryObjects, template: str, key: str) -> None:
    """C-159: variables are expanded in one pass; an unknown variable is kept."""
    assert saved(objects, "image/format,webp" + to(template)).key == key


@pytest.mark.parametrize(
    ("template", "key"),
    [("a{dirname}", "a"), ("{barename}{ext}", "plain"), ("x{ext}", "x")],
)
def test_variables_of_a_key_without_folder_and_extension(
    objects: MemoryObjects, template: str, key: str
) -> None:
    """C-159: a variable without a value is empty."""
    assert saved(objects, "image/rotate,90" + to(template), key="plain").key == key


def test_variables_are_expanded_in_the_bucket(objects: MemoryObjects) -> None:
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
def test_an_invalid_save_is_refused_before_the_source_is_read(
    objects: MemoryObjects, process: str, code: Code
) -> None:
    """Each rule of `sys/saveas` has its code (spec 04 §4, C-158, C-163, C-165)."""
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
def test_an_operation_that_post_does_not_support_is_named(
    objects: MemoryObjects, process: str, operation: str
) -> None:
    """Spec 06 T13: the message is the documented one."""
    assert refusal(objects, process).message == f"operation not support post: {operation}"


def test_an_illegal_key_is_refused_after_expansion(objects: MemoryObjects) -> None:
    """`autoext` is known only after processing; nothing is stored."""
    refused = refusal(objects, "image/rotate,90" + to("a" * 1021 + "{autoext}"))
    assert refused.code is Code.INVALID_OBJECT_NAME


def test_a_missing_source_is_not_found(objects: MemoryObjects) -> None:
    """The code is NoSuchKey, as for a GET of the source (spec 05 §2)."""
    refused = refusal(objects, "image/rotate,90" + to("a"), key="none")
    assert refused.code is Code.NO_SUCH_KEY


@pytest.mark.parametrize(
    ("requester", "source", "target", "allowed"),
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
def test_a_save_requires_read_on_the_source_and_write_on_the_target(
    objects: MemoryObjects, requester: Caller, source: Bucket, target: str, allowed: bool
) -> None:
    """Spec 01 §3, C-19: both rights are checked, and anonymous callers are refused."""
    process = "image/rotate,90" + to("a", target)
    if allowed:
        assert saved(objects, process, requester=requester, bucket=source).bucket == target
        return
    assert refusal(objects, process, requester=requester, bucket=source).code is Code.ACCESS_DENIED
    assert objects.asked in ([], [f"HEAD /{source.name}/{KEY}"])


def test_a_caller_without_read_saves_protected_pictures_through_a_style_only(
    objects: MemoryObjects,
) -> None:
    """Spec 04 §3: a key without READ on the bucket has anonymous rights."""
    inline, style = "image/resize,w_30" + to("a", "target"), "style/s" + to("a", "target")
    assert refusal(objects, inline, requester=WRITER, bucket=SHIELDED).code is Code.ACCESS_DENIED
    assert saved(objects, style, requester=WRITER, bucket=SHIELDED).key == "a"
    assert saved(objects, inline, requester=BOTH, bucket=SHIELDED).key == "a"
