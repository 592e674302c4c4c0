"""Caches and connections of an instance that was frozen or restored from a snapshot."""

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
from tests.functional.faulty_s3 import instance_with_proxy
from tests.pictures import photographic, stored
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PICTURE = stored(photographic((120, 80)), "JPEG")
BUCKETS = '{"paused": {"s3": "s3-paused", "acl": "public-read"}}'
PROCESS = "x-oss-process=image/resize,w_60"
PAUSE = timedelta(days=3)


@dataclass(kw_only=True)
class Clock:
    """The wall clock, which the test moves forward."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, kw_only=True)
class Function:
    """An instance of the function, the proxy to all its stores, and its clock."""

    app: ModuleType
    proxy: FaultyProxy
    clock: Clock

    def pause(self) -> None:
        """Cut all connections and move the clock forward by three days."""
        assert self.proxy.cut()
        self.proxy.requests.clear()
        self.clock.ahead += PAUSE

    def get(self, query: str = PROCESS) -> Reply:
        """Send a GET for the picture, or for a process of it."""
        event = http_event("/paused/p.jpg", query, method="GET", headers={"host": "api"})
        return reply_to(self.app, event)

    def signed(self, by: str = "owner", now: datetime | None = None) -> Reply:
        """Send a signed GET, with the present date or another one."""
        request = SignedRequest(method="GET", bucket="paused", key="p.jpg")
        now = now or self.clock()
        request = oss_client.v4_header(request, access_key(by), now=now, region="eu-west-1")
        path, _, query = request.target().partition("?")
        headers = {"host": "api", **request.headers}
        return reply_to(self.app, http_event(unquote(path), query, method="GET", headers=headers))


@pytest.fixture
def function(s3: "S3Client") -> Iterator[Function]:
    """Start the function and send two requests."""
    s3.create_bucket(Bucket="s3-paused")
    s3.put_object(Bucket="s3-paused", Key="p.jpg", Body=PICTURE, ContentType="image/jpeg")
    with instance_with_proxy(s3) as (app, proxy):
        clock = Clock()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", proxy.address)
            patch.setenv("DARKROOM_BUCKETS", BUCKETS)
            vars(app)["services"] = build_services(Settings.from_environ(os.environ), clock)
        function = Function(app=app, proxy=proxy, clock=clock)
        assert function.get().status == function.signed().status == 200
        yield function


@pytest.fixture
def change_stores(s3: "S3Client") -> Iterator[Callable[[Any, Any], None]]:  # noqa: ARG001 - its stores
    """Return a function that changes the settings and keys in the stores."""
    table, secrets = boto3.client("dynamodb"), boto3.client("secretsmanager")
    item: Any = {"id": {"S": "bucket#paused"}}

    def change(settings: Any, keys: Any) -> None:
        entry = {"settings": {"S": json.dumps(settings)}, "revision": {"N": "1"}}
        table.put_item(TableName=demo.TABLE, Item={**item, **entry})
        secrets.put_secret_value(SecretId="keys", SecretString=json.dumps(keys))

    yield change
    table.delete_item(TableName=demo.TABLE, Key=item)
    secrets.put_secret_value(SecretId="keys", SecretString=json.dumps(KEYS))


def test_the_first_request_succeeds(function: Function) -> None:
    """Closed connections are opened again, and no request is sent twice."""
    before = function.get()
    function.pause()
    reply = function.get()
    assert (reply.status, reply.body) == (200, before.body)
    assert Image.open(io.BytesIO(reply.body)).size == (60, 40)
    assert [line for line in function.proxy.requests if "p.jpg" in line] == ["GET /s3-paused/p.jpg"]


def test_settings_and_keys_are_read_again(
    function: Function, change_stores: Callable[[Any, Any], None]
) -> None:
    """Cached settings and keys have expired and are read again."""
    others = [key for key in KEYS if key["id"] != "owner"]
    change_stores({"acl": "private"}, others)
    assert function.get().status == function.signed().status == 200
    function.pause()
    assert (function.get().status, function.signed().status) == (403, 403)
    assert function.signed("reader").status == 200


def test_the_present_time_is_used(function: Function) -> None:
    """Signatures are checked at the present time, which is also the answer's Date."""
    old = function.clock()
    function.pause()
    assert function.signed().status == 200
    assert b"RequestTimeTooSkewed" in function.signed(now=old).body
    date = parsedate_to_datetime(function.get().headers["date"])
    assert abs(date - function.clock()) < timedelta(minutes=1)
