"""Access keys and the origin secret, of which two versions are valid (decision 093)."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, structs

from darkroom.auth import AccessKey, Permission, SecurityToken
from darkroom.aws.cache import TimedCache
from darkroom.aws.errors import errors_as
from darkroom.errors import Code
from darkroom.json_documents import InvalidDocument, decode
from darkroom.ports import Clock
from darkroom.settings import SettingsError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


KEYS_MAX_AGE = timedelta(seconds=60)
"""How long a key may be used after it was taken out of the secret."""

KEYS_MIN_AGE = timedelta(seconds=10)
"""How often a key id that is not known may make the secret be read again."""


class SecretKeys:
    """The keys of a secret, several of which may be active at once."""

    def __init__(self, client: "SecretsManagerClient", secret: str, clock: Clock) -> None:
        """Take the secret's name or ARN; it is read with the first signed request."""
        self.client = client
        self.secret = secret
        self.recent = TimedCache(load=self._read, clock=clock)

    def find(self, key_id: str) -> AccessKey | None:
        """Look a key up; one that is not known may have been added a moment ago."""
        known = self.recent.get(self.secret, KEYS_MAX_AGE)
        if key_id not in known:
            known = self.recent.get(self.secret, KEYS_MIN_AGE)
        return known.get(key_id)

    def _read(self, secret: str) -> Mapping[str, AccessKey]:
        with errors_as(Code.SERVICE_UNAVAILABLE):
            text = self.client.get_secret_value(SecretId=secret)["SecretString"]
        return access_keys(text)


class SecurityTokenEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of a temporary key, as the secret has it."""

    value: str
    expires: Annotated[datetime, Meta(tz=True)]


type _NotEmpty = Annotated[str, Meta(min_length=1, description="a text that is not empty")]


class AccessKeyEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An access key, as the secret has it."""

    id: _NotEmpty
    secret: _NotEmpty
    buckets: frozenset[str]
    permissions: frozenset[Permission]
    active: bool = True
    token: SecurityTokenEntry | None = None

    def key(self) -> AccessKey:
        """Return the key itself, whose repr has no secret in it."""
        token = None if self.token is None else SecurityToken(**structs.asdict(self.token))
        return AccessKey(
            id=self.id,
            secret=self.secret,
            buckets=self.buckets,
            permissions=self.permissions,
            active=self.active,
            token=token,
        )


def access_keys(text: str) -> Mapping[str, AccessKey]:
    """Read the list of keys by their ids.

    Raises `SettingsError`, which quotes nothing of the secret.
    """
    try:
        entries = decode(text, list[AccessKeyEntry], path="access keys", private_names=True)
    except InvalidDocument as error:
        raise SettingsError(str(error)) from error
    by_id = {entry.id: entry.key() for entry in entries}
    if len(by_id) < len(entries):
        raise SettingsError("access keys: two have the same id")
    return by_id


VERSIONS = ("AWSCURRENT", "AWSPREVIOUS")
"""Version labels of Secrets Manager: a new value is current, the one before it is previous."""

ORIGIN_SECRET_MAX_AGE = timedelta(minutes=5)
"""How long a value is accepted after it was removed from the secret."""

ORIGIN_SECRET_MIN_AGE = timedelta(seconds=10)
"""Minimum time between two reads of the secret that unknown values cause."""


class OriginSecret:
    """Accepts the current and the previous value of a secret."""

    def __init__(self, client: "SecretsManagerClient", secret: str, clock: Clock) -> None:
        """Take the secret's name or ARN; it is read with the first request."""
        self.client = client
        self.secret = secret
        self.recent = TimedCache(load=self._read, clock=clock)

    def verify(self, token: str) -> bool:
        """Compare in constant time; an unknown value may be new, so the secret is read again."""
        given = token.encode(errors="surrogatepass")
        return any(
            hmac.compare_digest(known, given)
            for age in (ORIGIN_SECRET_MAX_AGE, ORIGIN_SECRET_MIN_AGE)
            for known in self.recent.get(self.secret, age)
        )

    def _read(self, secret: str) -> tuple[bytes, ...]:
        words = (self._word(secret, version) for version in VERSIONS)
        return tuple(word.encode() for word in words if word)

    def _word(self, secret: str, version: str) -> str | None:
        client = self.client
        with errors_as(Code.SERVICE_UNAVAILABLE):
            try:
                found = client.get_secret_value(SecretId=secret, VersionStage=version)
            except client.exceptions.ResourceNotFoundException:
                return None
        return found["SecretString"]
