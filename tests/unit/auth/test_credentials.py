"""Access keys and what they allow (decision 008)."""

import pytest

from darkroom.auth import ANONYMOUS, AccessKey, Caller, Permission
from tests.unit.auth.sdk_capture import KEY, TEMPORARY

READER = Caller(
    key_id="reader", buckets=frozenset({"demo"}), permissions=frozenset({Permission.READ})
)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("bucket", ["demo", "other", "*", ""])
def test_a_key_may_what_is_granted_where_it_is_granted(permission: Permission, bucket: str) -> None:
    """Neither another bucket nor another permission follows from one that is given."""
    granted = permission is Permission.READ and bucket == "demo"
    assert READER.may(permission, bucket) is granted
    assert KEY.caller().may(permission, bucket)
    assert not ANONYMOUS.may(permission, bucket)


def test_a_caller_is_anonymous_without_a_key() -> None:
    """The caller of a key has its id and nothing secret."""
    assert ANONYMOUS.anonymous
    assert not READER.anonymous
    assert KEY.caller() == Caller(
        key_id="ak", buckets=frozenset({"*"}), permissions=frozenset(Permission)
    )


def test_secrets_do_not_show() -> None:
    """Neither secret nor token stands in the text of a key, wherever that is printed."""
    assert "'sk'" not in repr(KEY)
    assert "'token'" not in repr(TEMPORARY)


@pytest.mark.parametrize(("key_id", "secret"), [("", "sk"), ("ak", "")])
def test_a_key_that_anybody_could_sign_with_is_none(key_id: str, secret: str) -> None:
    """Id and secret must both be there."""
    with pytest.raises(ValueError, match="an access key needs an id and a secret"):
        AccessKey(id=key_id, secret=secret)
