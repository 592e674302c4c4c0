"""Access to buckets and objects by ACL, key and protection (spec 01 §4, spec 04 §3)."""

import pytest

from darkroom.auth import ANONYMOUS, Caller, Permission
from darkroom.buckets import Acl, Bucket, Protection
from darkroom.errors import Code, OssError
from darkroom.usecases.authorization import (
    Access,
    ReadPurpose,
    authorize,
    authorize_object,
    authorize_read,
    require_write,
)
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import memory_services

KEY = "a.jpg"


def caller(*permissions: Permission, bucket: str = "demo") -> Caller:
    """Return the caller of a key with these permissions on one bucket."""
    return Caller(key_id="ak", buckets=frozenset({bucket}), permissions=frozenset(permissions))


READER = caller(Permission.READ)
WRITER = caller(Permission.WRITE)
ADMIN = caller(Permission.ADMIN)
FOREIGN = caller(*Permission, bucket="other")

CALLERS = {
    "anonymous": ANONYMOUS,
    "reader": READER,
    "writer": WRITER,
    "admin": ADMIN,
    "key of another bucket": FOREIGN,
}


def refusal_to_read(
    bucket: Bucket,
    requester: Caller,
    use: ReadPurpose = ReadPurpose.ORIGINAL,
    objects: MemoryObjects | None = None,
) -> OssError | None:
    """Return the error that `authorize_read` raises, or None."""
    services = memory_services(bucket, objects=objects)
    try:
        authorize_read(bucket, KEY, requester, services, use)
    except OssError as error:
        return error
    return None


@pytest.mark.parametrize("requester", CALLERS)
@pytest.mark.parametrize("acl", Acl)
def test_a_private_bucket_requires_the_read_permission(acl: Acl, requester: str) -> None:
    """Spec 01 §4: every caller reads a public bucket; a private bucket requires READ."""
    refused = refusal_to_read(Bucket(name="demo", acl=acl), CALLERS[requester])
    assert (refused is None) is (acl is not Acl.PRIVATE or requester == "reader")


@pytest.mark.parametrize("requester", CALLERS)
@pytest.mark.parametrize("acl", Acl)
def test_writing_requires_the_write_permission(acl: Acl, requester: str) -> None:
    """Spec 01 §4: a write requires WRITE, except in a `public-read-write` bucket."""
    bucket = Bucket(name="demo", acl=acl)
    if requester == "writer" or acl is Acl.PUBLIC_READ_WRITE:
        require_write(bucket, CALLERS[requester])
        return
    with pytest.raises(OssError) as refused:
        require_write(bucket, CALLERS[requester])
    assert refused.value.code is Code.ACCESS_DENIED


@pytest.mark.parametrize("requester", CALLERS)
@pytest.mark.parametrize("acl", Acl)
def test_listing_and_administration_require_a_permission_under_every_acl(
    acl: Acl, requester: str
) -> None:
    """A public ACL permits neither LIST nor ADMIN: each requires its permission."""
    bucket = Bucket(name="demo", acl=acl)
    for access, allowed in ((Access.LIST, "reader"), (Access.ADMIN, "admin")):
        if requester == allowed:
            authorize(access, bucket, "demo", CALLERS[requester])
            continue
        with pytest.raises(OssError) as refused:
            authorize(access, bucket, "demo", CALLERS[requester])
        assert refused.value.code is Code.ACCESS_DENIED


@pytest.mark.parametrize("requester", CALLERS)
@pytest.mark.parametrize("use", ReadPurpose)
def test_a_protected_object_requires_a_reader_or_a_style(use: ReadPurpose, requester: str) -> None:
    """Spec 04 §3: a caller without READ gets a protected object through a style only."""
    protection = Protection(enabled=True, suffixes=("jpg",))
    bucket = Bucket(name="demo", acl=Acl.PUBLIC_READ, protection=protection)
    refused = refusal_to_read(bucket, CALLERS[requester], use)
    assert (refused is None) is (requester == "reader" or use is ReadPurpose.STYLED)
    if refused:
        assert refused.code is Code.ACCESS_DENIED
        assert refused.ec == ("0040-00000031" if use is ReadPurpose.PROCESSED else None)
        assert refused.message == (
            "The channel can be only accessed using style."
            if use is ReadPurpose.PROCESSED
            else "Forbidden access to the original image."
        )


@pytest.mark.parametrize("acl", [None, *Acl])
@pytest.mark.parametrize("stored", [True, False])
def test_a_public_object_is_readable_in_a_private_bucket(acl: Acl | None, stored: bool) -> None:
    """Spec 01 §4: everyone reads a public object; a missing object is refused alike."""
    objects = MemoryObjects()
    if stored:
        objects.add("demo", KEY, acl=acl)
    refused = refusal_to_read(Bucket(name="demo"), ANONYMOUS, objects=objects)
    if stored and acl in (Acl.PUBLIC_READ, Acl.PUBLIC_READ_WRITE):
        assert refused is None
    else:
        assert refused is not None
        assert refused.message == "Anonymous user has no right to access this bucket."


@pytest.mark.parametrize("requester", CALLERS)
@pytest.mark.parametrize("acl", [None, *Acl])
def test_a_private_object_requires_the_read_permission_in_a_public_bucket(
    acl: Acl | None, requester: str
) -> None:
    """Spec 01 §4: a private object requires READ under any ACL of the bucket."""
    objects = MemoryObjects()
    objects.add("demo", KEY, acl=acl)
    bucket = Bucket(name="demo", acl=Acl.PUBLIC_READ)
    info = objects.head("demo", KEY)
    if acl is not Acl.PRIVATE or requester == "reader":
        authorize_object(bucket, CALLERS[requester], info)
        return
    with pytest.raises(OssError) as refused:
        authorize_object(bucket, CALLERS[requester], info)
    assert refused.value.message == (
        "Anonymous user has no right to access this object."
        if requester == "anonymous"
        else "You do not have read permission on this object."
    )


def test_an_object_without_an_acl_has_that_of_its_private_bucket() -> None:
    """An object without an ACL of its own in a private bucket is refused to anonymous callers."""
    objects = MemoryObjects()
    objects.add("demo", KEY)
    with pytest.raises(OssError):
        authorize_object(Bucket(name="demo"), ANONYMOUS, objects.head("demo", KEY))


@pytest.mark.parametrize("acl", [Acl.PUBLIC_READ, Acl.PUBLIC_READ_WRITE])
def test_reading_a_public_bucket_sends_no_request_to_the_store(acl: Acl) -> None:
    """The bucket's ACL or the caller's READ permits the read without a HEAD of the object."""
    objects = MemoryObjects()
    assert refusal_to_read(Bucket(name="demo", acl=acl), ANONYMOUS, objects=objects) is None
    assert refusal_to_read(Bucket(name="demo"), READER, objects=objects) is None
    assert objects.asked == []


def test_a_signed_request_gets_the_bucket_acl_message() -> None:
    """Spec 01 §4: a signed request without rights gets the documented message."""
    refused = refusal_to_read(Bucket(name="demo"), FOREIGN)
    assert refused is not None
    assert refused.message == "You have no right to access this object because of bucket acl."


@pytest.mark.parametrize("requester", CALLERS)
@pytest.mark.parametrize("access", Access)
def test_four_access_kinds_are_checked_without_a_bucket(access: Access, requester: str) -> None:
    """For a missing bucket, every other kind of access raises NoSuchBucket."""
    without = {Access.NONE, Access.LIST_BUCKETS, Access.CHANGE_BUCKETS, Access.CREATE_BUCKET}
    if access in without and (access is Access.NONE or requester != "anonymous"):
        authorize(access, None, "absent", CALLERS[requester])
        return
    with pytest.raises(OssError) as refused:
        authorize(access, None, "absent", CALLERS[requester])
    expected = Code.ACCESS_DENIED if access in without else Code.NO_SUCH_BUCKET
    assert refused.value.code is expected


@pytest.mark.parametrize("requester", CALLERS)
@pytest.mark.parametrize("bucket_acl", Acl)
@pytest.mark.parametrize("current", ["missing", None, *Acl])
def test_a_version_is_readable_while_the_current_version_is(
    current: Acl | str | None, bucket_acl: Acl, requester: str
) -> None:
    """Closing an object makes a new version; the versions before it keep the ACL that they had.

    An object that was deleted, or that never existed, is refused alike.
    """
    objects = MemoryObjects()
    if not isinstance(current, str) or isinstance(current, Acl):
        objects.add("demo", KEY, acl=current)
    bucket = Bucket(name="demo", acl=bucket_acl)
    services = memory_services(bucket, objects=objects)
    is_open = current != "missing" and (current or bucket_acl) is not Acl.PRIVATE
    if is_open or requester == "reader":
        authorize_read(bucket, KEY, CALLERS[requester], services, version_id="1")
        return
    with pytest.raises(OssError) as refused:
        authorize_read(bucket, KEY, CALLERS[requester], services, version_id="1")
    assert refused.value.code is Code.ACCESS_DENIED
