"""The word of the front in a secret, whose older version holds as well (decision 093)."""

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from darkroom.aws.recent import Recent
from darkroom.aws.refusals import failing_as
from darkroom.errors import Code
from darkroom.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

VERSIONS = ("AWSCURRENT", "AWSPREVIOUS")
"""The secret's own labels: putting a new word in makes the one before the previous one."""

KEPT = timedelta(minutes=5)
"""How long a word holds after it was taken out of the secret."""

RETRIED = timedelta(seconds=10)
"""How often words that are not known may make the secret be read again."""


class SecretFront:
    """Accepts the present word of a secret and the one before."""

    def __init__(self, client: "SecretsManagerClient", secret: str, clock: Clock) -> None:
        """Take the secret's name or ARN; it is read with the first request."""
        self.client = client
        self.secret = secret
        self.recent = Recent(load=self._read, clock=clock)

    def accepts(self, word: str) -> bool:
        """Compare in constant time; a word that is not known may be new."""
        given = word.encode(errors="surrogatepass")
        return any(
            hmac.compare_digest(known, given)
            for age in (KEPT, RETRIED)
            for known in self.recent.get(self.secret, age)
        )

    def _read(self, secret: str) -> tuple[bytes, ...]:
        words = (self._word(secret, version) for version in VERSIONS)
        return tuple(word.encode() for word in words if word)

    def _word(self, secret: str, version: str) -> str | None:
        client = self.client
        with failing_as(Code.SERVICE_UNAVAILABLE):
            try:
                found = client.get_secret_value(SecretId=secret, VersionStage=version)
            except client.exceptions.ResourceNotFoundException:
                return None
        return found["SecretString"]
