"""The origin secret in Secrets Manager: which values are accepted while it rotates."""

from datetime import timedelta

import boto3
import pytest
from botocore.config import Config

from darkroom.aws.secrets import ORIGIN_SECRET_MAX_AGE, ORIGIN_SECRET_MIN_AGE, OriginSecret
from darkroom.errors import Code, OssError
from tests.contract.conftest import WallClock

ONE_SECOND = timedelta(seconds=1)


@pytest.fixture
def verifier(aws: None, wall: WallClock) -> OriginSecret:  # noqa: ARG001 - answers its calls
    """Store the origin secret `one`."""
    client = boto3.client("secretsmanager")
    client.create_secret(Name="origin-secret", SecretString="one")
    return OriginSecret(client, "origin-secret", wall)


def put(verifier: OriginSecret, secret: str) -> None:
    """Replace the origin secret."""
    verifier.client.put_secret_value(SecretId="origin-secret", SecretString=secret)


def test_a_secret_without_a_previous_version_is_accepted(verifier: OriginSecret) -> None:
    """A secret without a previous version is accepted."""
    assert verifier.verify("one")
    assert not verifier.verify("two")


def test_the_previous_version_is_accepted(verifier: OriginSecret, wall: WallClock) -> None:
    """The previous version is accepted too, so that the CDN can be updated later."""
    put(verifier, "two")
    assert verifier.verify("one")
    assert verifier.verify("two")
    put(verifier, "three")
    wall.now += ORIGIN_SECRET_MAX_AGE + ONE_SECOND
    assert [value for value in ("one", "two", "three") if verifier.verify(value)] == [
        "two",
        "three",
    ]


def test_a_new_version_is_accepted_soon(verifier: OriginSecret, wall: WallClock) -> None:
    """An unknown value causes a new read of the secret, but not at every request."""
    assert verifier.verify("one")
    put(verifier, "two")
    assert not verifier.verify("two")
    wall.now += ORIGIN_SECRET_MIN_AGE + ONE_SECOND
    assert verifier.verify("two")


def test_the_previous_version_can_be_revoked(verifier: OriginSecret, wall: WallClock) -> None:
    """The previous version is refused once its stage label is removed (docs/operate.md)."""
    put(verifier, "two")
    versions = verifier.client.list_secret_version_ids(SecretId="origin-secret")["Versions"]
    (old,) = (v["VersionId"] for v in versions if v["VersionStages"] == ["AWSPREVIOUS"])
    verifier.client.update_secret_version_stage(
        SecretId="origin-secret", VersionStage="AWSPREVIOUS", RemoveFromVersionId=old
    )
    wall.now += ORIGIN_SECRET_MAX_AGE + ONE_SECOND
    assert not verifier.verify("one")
    assert verifier.verify("two")


def test_an_unreadable_secret_is_service_unavailable(
    monkeypatch: pytest.MonkeyPatch, wall: WallClock
) -> None:
    """An unreadable secret raises ServiceUnavailable."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    unreachable = Config(retries={"total_max_attempts": 1}, region_name="us-east-1")
    client = boto3.client("secretsmanager", endpoint_url="http://127.0.0.1:1", config=unreachable)
    with pytest.raises(OssError) as error:
        OriginSecret(client, "origin-secret", wall).verify("one")
    assert error.value.code is Code.SERVICE_UNAVAILABLE
