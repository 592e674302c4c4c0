"""Who may do what (spec 01 §4, spec 04 §3)."""

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
    """Describe the holder of a key."""
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
    who: Caller,
    use: ReadPurpose = ReadPurpose.ORIGINAL,
    objects: MemoryObjects | None = None,
) -> OssError | None:
    """Give the error that keeps the caller from reading, or none."""
    there = memory_services(bucket, objects=objects)
    try:
        authorize_read(bucket, KEY, who, there, use)
    except OssError as error:
        return error
    return None


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("acl", Acl)
def test_a_private_bucket_is_read_with_a_key_that_may_read_it(acl: Acl, who: str) -> None:
    """Spec 01 §4: anyone reads a public bucket, and only readers read a private one."""
    refused = refusal_to_read(Bucket(name="demo", acl=acl), CALLERS[who])
    assert (refused is None) is (acl is not Acl.PRIVATE or who == "reader")


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("acl", Acl)
def test_writing_takes_a_key_that_may_write(acl: Acl, who: str) -> None:
    """Spec 01 §4: only `public-read-write` lets everybody write."""
    bucket = Bucket(name="demo", acl=acl)
    if who == "writer" or acl is Acl.PUBLIC_READ_WRITE:
        require_write(bucket, CALLERS[who])
        return
    with pytest.raises(OssError) as refused:
        require_write(bucket, CALLERS[who])
    assert refused.value.code is Code.ACCESS_DENIED


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("acl", Acl)
def test_listing_and_administration_take_a_key_whatever_the_acl(acl: Acl, who: str) -> None:
    """A public bucket publishes its objects, neither their names nor its settings."""
    bucket = Bucket(name="demo", acl=acl)
    for access, allowed in ((Access.LIST, "reader"), (Access.ADMIN, "admin")):
        if who == allowed:
            authorize(access, bucket, "demo", CALLERS[who])
            continue
        with pytest.raises(OssError) as refused:
            authorize(access, bucket, "demo", CALLERS[who])
        assert refused.value.code is Code.ACCESS_DENIED


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("use", ReadPurpose)
def test_a_protected_object_is_for_readers_and_for_styles(use: ReadPurpose, who: str) -> None:
    """Spec 04 §3: strangers get a protected picture through a style only."""
    protection = Protection(enabled=True, suffixes=("jpg",))
    bucket = Bucket(name="demo", acl=Acl.PUBLIC_READ, protection=protection)
    refused = refusal_to_read(bucket, CALLERS[who], use)
    assert (refused is None) is (who == "reader" or use is ReadPurpose.STYLED)
    if refused:
        assert refused.code is Code.ACCESS_DENIED
        assert refused.ec == ("0040-00000031" if use is ReadPurpose.PROCESSED else None)


@pytest.mark.parametrize("acl", [None, *Acl])
@pytest.mark.parametrize("stored", [True, False])
def test_an_objects_own_acl_opens_it_in_a_private_bucket(acl: Acl | None, stored: bool) -> None:
    """Spec 01 §4: anyone reads a public object; a missing key is refused like a private one."""
    objects = MemoryObjects()
    if stored:
        objects.add("demo", KEY, acl=acl)
    refused = refusal_to_read(Bucket(name="demo"), ANONYMOUS, objects=objects)
    if stored and acl in (Acl.PUBLIC_READ, Acl.PUBLIC_READ_WRITE):
        assert refused is None
    else:
        assert refused is not None
        assert refused.message == "Anonymous user has no right to access this bucket."


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("acl", [None, *Acl])
def test_an_objects_own_acl_closes_it_in_a_public_bucket(acl: Acl | None, who: str) -> None:
    """Spec 01 §4: a private object is for readers, whatever the bucket's ACL."""
    objects = MemoryObjects()
    objects.add("demo", KEY, acl=acl)
    bucket = Bucket(name="demo", acl=Acl.PUBLIC_READ)
    info = objects.head("demo", KEY)
    if acl is not Acl.PRIVATE or who == "reader":
        authorize_object(bucket, CALLERS[who], info)
        return
    with pytest.raises(OssError) as refused:
        authorize_object(bucket, CALLERS[who], info)
    assert refused.value.message == (
        "Anonymous user has no right to access this object."
        if who == "anonymous"
        else "You do not have read permission on this object."
    )


def test_another_version_than_the_public_one_stays_closed() -> None:
    """What opens a private bucket is the ACL of the version that is handed out."""
    objects = MemoryObjects()
    objects.add("demo", KEY)
    with pytest.raises(OssError):
        authorize_object(Bucket(name="demo"), ANONYMOUS, objects.head("demo", KEY))


@pytest.mark.parametrize("acl", [Acl.PUBLIC_READ, Acl.PUBLIC_READ_WRITE])
def test_reading_a_public_bucket_asks_the_store_nothing(acl: Acl) -> None:
    """The way of most requests costs no look at the object."""
    objects = MemoryObjects()
    assert refusal_to_read(Bucket(name="demo", acl=acl), ANONYMOUS, objects=objects) is None
    assert refusal_to_read(Bucket(name="demo"), READER, objects=objects) is None
    assert objects.asked == []


def test_a_holder_of_another_key_is_told_of_the_acl() -> None:
    """Spec 01 §4: the documented words for a signed request."""
    refused = refusal_to_read(Bucket(name="demo"), FOREIGN)
    assert refused is not None
    assert refused.message == "You have no right to access this object because of bucket acl."


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("access", Access)
def test_only_three_rights_need_no_bucket(access: Access, who: str) -> None:
    """What is refused to all, what every key may, and to ask for a bucket that is not there."""
    without = {Access.NONE, Access.LIST_BUCKETS, Access.CHANGE_BUCKETS, Access.CREATE_BUCKET}
    if access in without and (access is Access.NONE or who != "anonymous"):
        authorize(access, None, "absent", CALLERS[who])
        return
    with pytest.raises(OssError) as refused:
        authorize(access, None, "absent", CALLERS[who])
    expected = Code.ACCESS_DENIED if access in without else Code.NO_SUCH_BUCKET
    assert refused.value.code is expected
