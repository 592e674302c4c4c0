"""The origin secret in Secrets Manager: which values are accepted while it changes."""

from datetime import timedelta

import boto3
import pytest
from botocore.config import Config

from darkroom.aws.secrets import ORIGIN_SECRET_MAX_AGE, ORIGIN_SECRET_MIN_AGE, OriginSecret
from darkroom.errors import Code, OssError
from tests.contract.conftest import Wall

MOMENT = timedelta(seconds=1)


@pytest.fixture
def front(aws: None, wall: Wall) -> OriginSecret:  # noqa: ARG001 - answers its calls
    """Keep the word `one`."""
    client = boto3.client("secretsmanager")
    client.create_secret(Name="front", SecretString="one")
    return OriginSecret(client, "front", wall)


def put(front: OriginSecret, word: str) -> None:
    """Change the word."""
    front.client.put_secret_value(SecretId="front", SecretString=word)


def test_one_word_is_enough(front: OriginSecret) -> None:
    """A secret that never changed has no version before."""
    assert front.verify("one")
    assert not front.verify("two")


def test_the_word_before_holds_as_well(front: OriginSecret, wall: Wall) -> None:
    """So the CDN may be told the new one at leisure."""
    put(front, "two")
    assert front.verify("one")
    assert front.verify("two")
    put(front, "three")
    wall.now += ORIGIN_SECRET_MAX_AGE + MOMENT
    assert [word for word in ("one", "two", "three") if front.verify(word)] == ["two", "three"]


def test_a_new_word_holds_soon(front: OriginSecret, wall: Wall) -> None:
    """What is not known is looked up again, but not each time."""
    assert front.verify("one")
    put(front, "two")
    assert not front.verify("two")
    wall.now += ORIGIN_SECRET_MIN_AGE + MOMENT
    assert front.verify("two")


def test_an_old_word_can_be_ended(front: OriginSecret, wall: Wall) -> None:
    """By taking its label away, as docs/operate.md has it."""
    put(front, "two")
    versions = front.client.list_secret_version_ids(SecretId="front")["Versions"]
    (old,) = (v["VersionId"] for v in versions if v["VersionStages"] == ["AWSPREVIOUS"])
    front.client.update_secret_version_stage(
        SecretId="front", VersionStage="AWSPREVIOUS", RemoveFromVersionId=old
    )
    wall.now += ORIGIN_SECRET_MAX_AGE + MOMENT
    assert not front.verify("one")
    assert front.verify("two")


def test_a_secret_that_cannot_be_read_is_our_failure(
    monkeypatch: pytest.MonkeyPatch, wall: Wall
) -> None:
    """Not the caller's: it may try again."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    nobody = Config(retries={"total_max_attempts": 1}, region_name="us-east-1")
    client = boto3.client("secretsmanager", endpoint_url="http://127.0.0.1:1", config=nobody)
    with pytest.raises(OssError) as error:
        OriginSecret(client, "front", wall).verify("one")
    assert error.value.code is Code.SERVICE_UNAVAILABLE
