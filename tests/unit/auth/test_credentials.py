"""Access keys and their permissions (decision 008)."""

import pytest

from darkroom.auth import ANONYMOUS, AccessKey, Caller, Permission
from tests.unit.auth.sdk_capture import KEY, TEMPORARY

READER = Caller(
    key_id="reader", buckets=frozenset({"demo"}), permissions=frozenset({Permission.READ})
)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("bucket", ["demo", "other", "*", ""])
def test_a_key_has_only_its_permissions_in_its_buckets(permission: Permission, bucket: str) -> None:
    """A permission implies no other one, and holds in no other bucket."""
    granted = permission is Permission.READ and bucket == "demo"
    assert READER.may(permission, bucket) is granted
    assert KEY.caller().may(permission, bucket)
    assert not ANONYMOUS.may(permission, bucket)


def test_a_caller_is_anonymous_without_a_key() -> None:
    """The caller of a key has its id but no secret."""
    assert ANONYMOUS.anonymous
    assert not READER.anonymous
    assert KEY.caller() == Caller(
        key_id="ak", buckets=frozenset({"*"}), permissions=frozenset(Permission)
    )


def test_the_repr_of_a_key_contains_no_secret() -> None:
    """Neither secret nor token is in the repr."""
    assert "'sk'" not in repr(KEY)
    assert "'token'" not in repr(TEMPORARY)


@pytest.mark.parametrize(("key_id", "secret"), [("", "sk"), ("ak", "")])
def test_a_key_needs_an_id_and_a_secret(key_id: str, secret: str) -> None:
    """An empty id or secret raises ValueError."""
    with pytest.raises(ValueError, match="an access key needs an id and a secret"):
        AccessKey(id=key_id, secret=secret)
