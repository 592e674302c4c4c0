"""Contract of the credential stores, in memory and in Secrets Manager."""

import json
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from darkroom.auth import AccessKey, Credentials, Permission, SecurityToken
from darkroom.aws.secrets import AccessKeyEntry, SecretKeys, access_keys
from darkroom.errors import Code, OssError
from darkroom.settings import SettingsError
from tests.contract.conftest import WallClock
from tests.fakes.services import MemoryCredentials

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

OLD = {"id": "old", "secret": "s1", "buckets": ["demo"], "permissions": ["read", "write"]}
NEW = {**OLD, "id": "new", "secret": "s2"}
RETIRED = {**OLD, "id": "retired", "active": False}
TEMPORARY = {**OLD, "token": {"value": "t", "expires": "2026-09-01T13:00:00Z"}}

type PutKeys = Callable[[Sequence[Mapping[str, Any]]], Credentials]
"""Stores a list of keys and returns the credential store to test."""


@pytest.fixture
def client(aws: None) -> "SecretsManagerClient":  # noqa: ARG001 - answers its calls
    """Connect to the mocked Secrets Manager, which stores an empty list of keys."""
    secretsmanager = boto3.client("secretsmanager")
    secretsmanager.create_secret(Name="keys", SecretString="[]")
    return secretsmanager


@pytest.fixture(params=["memory", "secrets manager"])
def store_with(request: pytest.FixtureRequest, wall: WallClock) -> PutKeys:
    """Return each kind of store in turn."""
    if request.param == "memory":
        return lambda entries: MemoryCredentials(keys=access_keys(json.dumps(entries)))
    client: SecretsManagerClient = request.getfixturevalue("client")

    def put_keys(entries: Sequence[Mapping[str, Any]]) -> Credentials:
        client.put_secret_value(SecretId="keys", SecretString=json.dumps(entries))
        return SecretKeys(client, "keys", wall)

    return put_keys


def test_several_keys_are_valid_at_once(store_with: PutKeys) -> None:
    """Keys can rotate: the old key and the new key are both found."""
    store = store_with([OLD, NEW])
    old, new = store.find("old"), store.find("new")
    assert old == AccessKey(
        id="old",
        secret="s1",
        buckets=frozenset({"demo"}),
        permissions=frozenset({Permission.READ, Permission.WRITE}),
    )
    assert new is not None
    assert new.secret == "s2"


@pytest.mark.parametrize("key_id", ["", "OLD", "old ", "other"])
def test_only_the_exact_id_finds_a_key(store_with: PutKeys, key_id: str) -> None:
    """Only the exact id finds a key."""
    assert store_with([OLD]).find(key_id) is None


def test_a_key_may_be_inactive_or_temporary(store_with: PutKeys) -> None:
    """A key carries whether it is active, and its security token with the expiry."""
    retired = store_with([RETIRED]).find("retired")
    temporary = store_with([TEMPORARY]).find("old")
    assert retired is not None
    assert not retired.active
    assert temporary is not None
    expires = datetime(2026, 9, 1, 13, 0, 0, tzinfo=UTC)
    assert temporary.token == SecurityToken(value="t", expires=expires)


def reads(client: "SecretsManagerClient") -> list[str]:
    """Record every later read of the secret."""
    recorded: list[str] = []
    client.meta.events.register(
        "before-call.secrets-manager.GetSecretValue", lambda **_: recorded.append("read")
    )
    return recorded


def put(client: "SecretsManagerClient", *entries: Mapping[str, Any]) -> None:
    """Replace the keys."""
    client.put_secret_value(SecretId="keys", SecretString=json.dumps(entries))


def test_the_secret_is_read_once_a_minute_at_most(
    client: "SecretsManagerClient", wall: WallClock
) -> None:
    """Lookups within 60 s read the secret once; a removed key is refused after 60 s."""
    recorded = reads(client)
    put(client, OLD)
    store = SecretKeys(client, "keys", wall)
    assert recorded == []
    for _ in range(3):
        assert store.find("old")
    put(client, NEW)
    wall.now += timedelta(seconds=60)
    assert store.find("old")
    assert recorded == ["read"]
    wall.now += timedelta(seconds=1)
    assert store.find("old") is None
    assert recorded == ["read"] * 2


def test_a_new_key_is_found_at_once_and_guessed_ids_cause_no_reads(
    client: "SecretsManagerClient", wall: WallClock
) -> None:
    """An unknown id causes a read of the secret, at most every 10 s."""
    recorded = reads(client)
    put(client, OLD)
    store = SecretKeys(client, "keys", wall)
    assert store.find("old")
    wall.now += timedelta(seconds=11)
    put(client, OLD, NEW)
    assert store.find("new")
    assert recorded == ["read"] * 2
    for guess in range(100):
        assert store.find(f"guess-{guess}") is None
    assert recorded == ["read"] * 2


def test_a_clock_set_back_causes_a_new_read(
    client: "SecretsManagerClient", wall: WallClock
) -> None:
    """A read whose time is in the future is repeated."""
    put(client, OLD)
    store = SecretKeys(client, "keys", wall)
    assert store.find("old")
    put(client, NEW)
    wall.now -= timedelta(seconds=1)
    assert store.find("old") is None


def test_an_unreadable_secret_is_service_unavailable(
    client: "SecretsManagerClient", wall: WallClock
) -> None:
    """The lookup raises ServiceUnavailable when the secret cannot be read."""
    put(client, OLD)
    store = SecretKeys(client, "keys", wall)
    assert store.find("old")
    client.delete_secret(SecretId="keys", ForceDeleteWithoutRecovery=True)
    wall.now += timedelta(seconds=61)
    with pytest.raises(OssError) as refused:
        store.find("old")
    assert refused.value.code is Code.SERVICE_UNAVAILABLE
    assert isinstance(refused.value.__cause__, ClientError)


@pytest.mark.parametrize(
    "text",
    [
        "not json, but hunter2",
        '{"id": "hunter2"}',
        '["hunter2"]',
        '[{"id": "a", "secret": "hunter2", "buckets": []}]',
        '[{"id": "a", "secret": "hunter2", "buckets": [], "permissions": [], "more": 1}]',
        '[{"id": "a", "secret": "s", "buckets": [], "permissions": [], "hunter2": 1}]',
        '[{"id": "a", "secret": "hunter2\\ud800", "buckets": [], "permissions": []}]',
        '[{"id": "a", "secret": "hunter2\ud800", "buckets": [], "permissions": []}]',
        '[{"id": "a", "secret": "", "buckets": [], "permissions": ["read"]}]',
        '[{"id": "", "secret": "hunter2", "buckets": [], "permissions": ["read"]}]',
        '[{"id": "a", "secret": 7, "buckets": [], "permissions": ["read"]}]',
        '[{"id": "a", "secret": "hunter2", "buckets": "demo", "permissions": ["read"]}]',
        '[{"id": "a", "secret": "hunter2", "buckets": [], "permissions": ["hunter2"]}]',
        '[{"id": "a", "secret": "hunter2", "buckets": [], "permissions": [], "active": 1}]',
        '[{"id": "a", "secret": "hunter2", "buckets": [], "permissions": [], "token": "hunter2"}]',
        (
            '[{"id": "a", "secret": "s", "buckets": [], "permissions": [],'
            ' "token": {"value": "hunter2", "expires": "2026-09-01T13:00:00"}}]'
        ),
        f"[{json.dumps(OLD)}, {json.dumps(OLD)}]",
    ],
)
def test_the_error_of_an_invalid_secret_does_not_quote_it(text: str) -> None:
    """The error of an invalid secret is logged, so no text of the secret is in it."""
    with pytest.raises(SettingsError) as refused:
        access_keys(text)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))
    error: BaseException | None = refused.value
    while error is not None:
        assert "hunter2" not in f"{error!r}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"secret": 7}, "access keys[1].secret must be a text that is not empty, not int"),
        ({"id": ""}, "access keys[1].id must be a text that is not empty"),
        ({"buckets": "demo"}, "access keys[1].buckets must be a list, not str"),
        (
            {"permissions": ["root"]},
            "access keys[1].permissions[0] must be one of read, write, admin",
        ),
        ({"active": 1}, "access keys[1].active must be true or false, not int"),
        ({"token": {"value": "t"}}, "access keys[1].token.expires is required"),
        (
            {"token": {"value": "t", "expires": "2026-09-01T13:00:00"}},
            "access keys[1].token.expires must be a date and time of RFC 3339 with its zone",
        ),
        ({"hunter2": 1}, "access keys[1] has a member that is not known"),
    ],
    ids=str,
)
def test_the_error_names_the_invalid_member(change: dict[str, Any], complaint: str) -> None:
    """The error names the invalid member, but no unknown member: it may hold a secret."""
    with pytest.raises(SettingsError) as refused:
        access_keys(json.dumps([OLD, {**NEW, **change}]))
    assert str(refused.value) == complaint


def test_the_documented_example_is_valid() -> None:
    """The example of the documentation is valid and shows every member."""
    page = (Path(__file__).parents[2] / "docs/access.md").read_text()
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example is not None
    keys = access_keys(example[1])
    assert [key.id for key in keys.values()] == ["website-2026", "editors", "for-an-hour"]
    assert set().union(*json.loads(example[1])) == set(AccessKeyEntry.__struct_fields__)
