"""Access keys in one secret of Secrets Manager (decision 008).

The secret is a JSON list of keys (docs/access.md).
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from darkroom.auth import AccessKey, Permission, SecurityToken
from darkroom.aws.recent import Recent
from darkroom.aws.refusals import failing_as
from darkroom.errors import Code
from darkroom.ports import Clock
from darkroom.settings import SettingsError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

KEPT = timedelta(seconds=60)
"""How long a key may be used after it was taken out of the secret."""

RETRIED = timedelta(seconds=10)
"""How often a key id that is not known may make the secret be read again."""

MEMBERS = frozenset({"id", "secret", "buckets", "permissions", "active", "token"})
"""Of a key in the secret."""


class SecretKeys:
    """The keys of a secret, several of which may be active at once."""

    def __init__(self, client: "SecretsManagerClient", secret: str, clock: Clock) -> None:
        """Take the secret's name or ARN; it is read with the first signed request."""
        self.client = client
        self.secret = secret
        self.recent = Recent(load=self._read, clock=clock)

    def find(self, key_id: str) -> AccessKey | None:
        """Look a key up; one that is not known may have been added a moment ago."""
        known = self.recent.get(self.secret, KEPT)
        if key_id not in known:
            known = self.recent.get(self.secret, RETRIED)
        return known.get(key_id)

    def _read(self, secret: str) -> Mapping[str, AccessKey]:
        with failing_as(Code.SERVICE_UNAVAILABLE):
            text = self.client.get_secret_value(SecretId=secret)["SecretString"]
        return access_keys(text)


def access_keys(text: str) -> Mapping[str, AccessKey]:
    """Read the list of keys by their ids.

    Raises `SettingsError`, which quotes nothing of the secret.
    """
    try:
        entries = json.loads(text)
    except json.JSONDecodeError:
        raise SettingsError("the secret of access keys must be JSON") from None
    if not isinstance(entries, list):
        raise SettingsError("the secret of access keys must be a JSON list")
    keys = [_key(number, entry) for number, entry in enumerate(entries, 1)]
    by_id = {key.id: key for key in keys}
    if len(by_id) < len(keys):
        raise SettingsError("two access keys have the same id")
    return by_id


def _key(number: int, entry: Any) -> AccessKey:
    if not isinstance(entry, dict) or not entry.keys() <= MEMBERS:
        members = ", ".join(sorted(MEMBERS))
        raise SettingsError(f"access key {number} must be an object of {members}")
    try:
        return AccessKey(
            id=_of(str, entry["id"]),
            secret=_of(str, entry["secret"]),
            buckets=frozenset(_of(str, name) for name in _of(list, entry["buckets"])),
            permissions=frozenset(map(Permission, _of(list, entry["permissions"]))),
            active=_of(bool, entry.get("active", True)),
            token=_token(entry["token"]) if "token" in entry else None,
        )
    except (KeyError, TypeError, ValueError):
        raise SettingsError(f"access key {number} has a member that is missing or wrong") from None


def _token(entry: Any) -> SecurityToken:
    """Read `{"value": text, "expires": date}`, the date in ISO 8601 with its time zone."""
    expires = datetime.fromisoformat(_of(str, entry["expires"]))
    if expires.tzinfo is None:
        raise ValueError("a date without a time zone")
    return SecurityToken(value=_of(str, entry["value"]), expires=expires)


def _of[T](kind: type[T], value: Any) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"not a {kind.__name__}")
    return value
