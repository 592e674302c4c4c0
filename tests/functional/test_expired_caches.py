"""State that was built long ago: a function that was frozen, or that is a copy of a snapshot."""

import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import boto3
import pytest
from PIL import Image

from darkroom.auth import SignedRequest
from darkroom.aws.bootstrap import build_services
from darkroom.settings import Settings
from local import demo
from tests.faulty_proxy import FaultyProxy
from tests.functional.conftest import KEYS, Reply, access_key, http_event, reply_to
from tests.functional.faulty_s3 import started
from tests.pictures import photographic, stored
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PICTURE = stored(photographic((120, 80)), "JPEG")
BUCKETS = '{"paused": {"s3": "s3-paused", "acl": "public-read"}}'
PROCESS = "x-oss-process=image/resize,w_60"
LONG = timedelta(days=3)


@dataclass(kw_only=True)
class Clock:
    """The clock on the wall, which goes on while a function stands still."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function, the wire to all its stores, and the clock it goes by."""

    app: ModuleType
    wire: FaultyProxy
    clock: Clock

    def pause(self) -> None:
        """Let it stand still until nothing outside is as it was."""
        assert self.wire.cut()
        self.wire.requests.clear()
        self.clock.ahead += LONG

    def get(self, query: str = PROCESS) -> Reply:
        """Ask for the picture, or a process of it."""
        event = http_event("/paused/p.jpg", query, method="GET", headers={"host": "api"})
        return reply_to(self.app, event)

    def signed(self, by: str = "owner", now: datetime | None = None) -> Reply:
        """Ask for it as a client does, whose clock is right unless another time is given."""
        request = SignedRequest(method="GET", bucket="paused", key="p.jpg")
        now = now or self.clock()
        request = oss_client.v4_header(request, access_key(by), now=now, region="eu-west-1")
        path, _, query = request.target().partition("?")
        headers = {"host": "api", **request.headers}
        return reply_to(self.app, http_event(unquote(path), query, method="GET", headers=headers))


@pytest.fixture
def function(s3: "S3Client") -> Iterator[Function]:
    """Build it, and use it once."""
    s3.create_bucket(Bucket="s3-paused")
    s3.put_object(Bucket="s3-paused", Key="p.jpg", Body=PICTURE, ContentType="image/jpeg")
    with started(s3) as (app, wire):
        clock = Clock()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", wire.address)
            patch.setenv("DARKROOM_BUCKETS", BUCKETS)
            vars(app)["services"] = build_services(Settings.from_environ(os.environ), clock)
        function = Function(app=app, wire=wire, clock=clock)
        assert function.get().status == function.signed().status == 200
        yield function


@pytest.fixture
def elsewhere(s3: "S3Client") -> Iterator[Callable[[Any, Any], None]]:  # noqa: ARG001 - its stores
    """Change settings of the bucket and the keys as others do meanwhile."""
    table, secrets = boto3.client("dynamodb"), boto3.client("secretsmanager")
    item: Any = {"id": {"S": "bucket#paused"}}

    def change(settings: Any, keys: Any) -> None:
        entry = {"settings": {"S": json.dumps(settings)}, "revision": {"N": "1"}}
        table.put_item(TableName=demo.TABLE, Item={**item, **entry})
        secrets.put_secret_value(SecretId="keys", SecretString=json.dumps(keys))

    yield change
    table.delete_item(TableName=demo.TABLE, Key=item)
    secrets.put_secret_value(SecretId="keys", SecretString=json.dumps(KEYS))


def test_the_first_try_succeeds(function: Function) -> None:
    """Closed connections are opened again, and no request is sent twice."""
    before = function.get()
    function.pause()
    reply = function.get()
    assert (reply.status, reply.body) == (200, before.body)
    assert Image.open(io.BytesIO(reply.body)).size == (60, 40)
    assert [line for line in function.wire.requests if "p.jpg" in line] == ["GET /s3-paused/p.jpg"]


def test_settings_and_keys_are_read_again(
    function: Function, elsewhere: Callable[[Any, Any], None]
) -> None:
    """What was kept in memory is too old to be believed."""
    others = [key for key in KEYS if key["id"] != "owner"]
    elsewhere({"acl": "private"}, others)
    assert function.get().status == function.signed().status == 200
    function.pause()
    assert (function.get().status, function.signed().status) == (403, 403)
    assert function.signed("reader").status == 200


def test_the_clock_has_gone_on(function: Function) -> None:
    """Dates of signatures are held against the present, and so is the date of the answer."""
    old = function.clock()
    function.pause()
    assert function.signed().status == 200
    assert b"RequestTimeTooSkewed" in function.signed(now=old).body
    date = parsedate_to_datetime(function.get().headers["date"])
    assert abs(date - function.clock()) < timedelta(minutes=1)
