"""Contract of the bucket and style stores, in memory and in DynamoDB."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from msgspec.structs import replace

from darkroom.aws.bucket_table import SETTINGS_MAX_AGE, BucketRecords, TableBuckets, TableStyles
from darkroom.buckets import Acl, Bucket, CorsRule, Protection, ProtectionRule, Style, Styles
from darkroom.errors import Code, OssError
from darkroom.ports.settings import BucketStore, StyleStore
from darkroom.settings import BucketEntry
from local.demo import TABLE
from tests.contract.conftest import WallClock
from tests.fakes.buckets import MemoryBuckets, MemoryStyles

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

LISTED = Bucket(name="demo", acl=Acl.PUBLIC_READ)
CONFIGURED = Bucket(
    name="demo",
    delimiters=("!", "-"),
    protection=Protection(
        enabled=True, suffixes=("jpg",), rules=(ProtectionRule(prefix="ü/", ignore_case=True),)
    ),
    cors=(
        CorsRule(
            allowed_origins=("https://a.example",), allowed_methods=("GET",), max_age_seconds=60
        ),
    ),
)
NOON = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)
SMALL = Style(name="small", content="image/resize,w_100", created=NOON, modified=NOON)
LARGE = replace(SMALL, name="large", content="image/resize,w_999", category="document")
NOW = timedelta()


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The bucket store and the style store of one function instance."""

    buckets: BucketStore
    styles: StyleStore


type Connect = Callable[[], Stores]
"""Returns the stores of another function instance."""


@pytest.fixture(params=["memory", "dynamodb", "dynalite_client"])
def connect(request: pytest.FixtureRequest, wall: WallClock) -> Connect:
    """Return each kind of store in turn."""
    if request.param == "memory":
        stores = Stores(buckets=MemoryBuckets.of(LISTED), styles=MemoryStyles())
        return lambda: stores
    client: DynamoDBClient = request.getfixturevalue(request.param)
    return lambda: table(client, wall)


def table(client: "DynamoDBClient", wall: WallClock) -> Stores:
    """Connect to the table as a function instance does."""
    entries = {"demo": BucketEntry(s3="s3-demo", bucket=LISTED)}
    records = BucketRecords(client, TABLE, entries, wall)
    return Stores(buckets=TableBuckets(records=records), styles=TableStyles(records=records))


def adding(*styles: Style) -> Callable[[Styles], Styles]:
    """Return a change that adds styles."""
    return lambda known: {**known, **{style.name: style for style in styles}}


def test_a_bucket_starts_with_the_listed_settings(connect: Connect) -> None:
    """Only listed buckets exist; they start with the listed settings and no styles."""
    stores = connect()
    assert stores.buckets.find("demo") == LISTED
    assert stores.buckets.current("demo") == LISTED
    assert stores.buckets.find("other") is None
    assert stores.styles.current("demo") == {}


def test_saved_settings_replace_the_listed_ones(connect: Connect) -> None:
    """A save replaces all settings, for the instance that saved and for every other instance."""
    here, elsewhere = connect(), connect()
    here.buckets.save(CONFIGURED)
    assert here.buckets.find("demo") == CONFIGURED
    assert elsewhere.buckets.current("demo") == CONFIGURED
    here.buckets.save(LISTED)
    assert elsewhere.buckets.current("demo") == LISTED


def test_styles_keep_the_order_of_creation(connect: Connect) -> None:
    """C-140: styles keep the order of creation and all their fields."""
    here, elsewhere = connect(), connect()
    for style in (SMALL, LARGE):
        here.styles.update("demo", adding(style))
    assert list(elsewhere.styles.current("demo").items()) == [("small", SMALL), ("large", LARGE)]
    newer = replace(SMALL, content="image/info")
    elsewhere.styles.update("demo", adding(newer))
    assert list(here.styles.current("demo").values()) == [newer, LARGE]


def test_a_function_sees_its_own_change_at_once(connect: Connect) -> None:
    """C-146: an update refreshes the styles that the instance holds in its cache."""
    stores = connect()
    assert stores.styles.recent("demo", SETTINGS_MAX_AGE) == {}
    stores.styles.update("demo", adding(SMALL))
    assert stores.styles.recent("demo", SETTINGS_MAX_AGE) == {"small": SMALL}
    stores.styles.update("demo", lambda _: {})
    assert stores.styles.recent("demo", SETTINGS_MAX_AGE) == {}


def test_concurrent_updates_are_not_lost(connect: Connect) -> None:
    """An update runs its change again if another update came between its read and its write."""
    here, elsewhere = connect(), connect()
    seen = []

    def change(known: Styles) -> Styles:
        seen.append(list(known))
        if len(seen) == 1:
            elsewhere.styles.update("demo", adding(SMALL))
        return adding(LARGE)(known)

    here.styles.update("demo", change)
    assert seen == [[], ["small"]]
    assert list(here.styles.current("demo")) == ["small", "large"]


def test_a_change_that_raises_stores_nothing(connect: Connect) -> None:
    """An update stores nothing if its change raises."""
    stores = connect()
    stores.styles.update("demo", adding(SMALL))

    def refuse(_: Styles) -> Styles:
        raise OssError(Code.INVALID_ARGUMENT)

    with pytest.raises(OssError):
        stores.styles.update("demo", refuse)
    assert stores.styles.current("demo") == {"small": SMALL}


def test_styles_and_settings_are_saved_independently(connect: Connect) -> None:
    """Settings and styles share an item; saving one leaves the other unchanged."""
    stores = connect()
    stores.styles.update("demo", adding(SMALL))
    stores.buckets.save(CONFIGURED)
    assert stores.styles.current("demo") == {"small": SMALL}
    stores.styles.update("demo", adding(LARGE))
    assert stores.buckets.current("demo") == CONFIGURED


def test_an_instance_caches_settings_for_30_seconds(
    dynamodb: "DynamoDBClient", wall: WallClock
) -> None:
    """One read serves settings and styles, and the instance uses it for 30 s."""
    here, elsewhere = table(dynamodb, wall), table(dynamodb, wall)
    reads: list[str] = []
    dynamodb.meta.events.register("before-call.dynamodb.GetItem", lambda **_: reads.append("read"))
    for _ in range(3):
        assert here.buckets.find("demo") == LISTED
        assert here.styles.recent("demo", SETTINGS_MAX_AGE) == {}
    assert reads == ["read"]
    elsewhere.buckets.save(CONFIGURED)
    elsewhere.styles.update("demo", adding(SMALL))
    wall.now += timedelta(seconds=30)
    assert here.buckets.find("demo") == LISTED
    wall.now += timedelta(seconds=1)
    assert here.buckets.find("demo") == CONFIGURED
    assert here.styles.recent("demo", SETTINGS_MAX_AGE) == {"small": SMALL}


def test_fifty_of_the_longest_styles_fit(connect: Connect) -> None:
    """C-144, C-147: 50 styles of 4096 bytes fit into one item of at most 400 KB."""
    styles = [replace(SMALL, name=f"{n:063}", content="x" * 4096) for n in range(50)]
    stores = connect()
    stores.styles.update("demo", adding(*styles))
    assert list(stores.styles.current("demo").values()) == styles


@pytest.mark.parametrize("text", ["", "{", '{"acl": "public"}'])
def test_invalid_stored_settings_are_503(
    dynamodb: "DynamoDBClient", wall: WallClock, text: str
) -> None:
    """A bucket whose stored settings are invalid answers 503."""
    item = {"id": {"S": "bucket#demo"}, "settings": {"S": text}, "revision": {"N": "1"}}
    dynamodb.put_item(TableName=TABLE, Item=item)
    with pytest.raises(OssError) as refused:
        table(dynamodb, wall).buckets.find("demo")
    assert refused.value.code is Code.SERVICE_UNAVAILABLE


def test_table_errors_are_mapped_to_oss_errors(dynamodb: "DynamoDBClient", wall: WallClock) -> None:
    """Spec 04 §1: a failed read of styles is a 500 with its own EC; other errors are 503."""
    stores = table(dynamodb, wall)
    dynamodb.delete_table(TableName=TABLE)
    failures: list[tuple[Callable[[], object], Code, str | None]] = [
        (lambda: stores.buckets.find("demo"), Code.SERVICE_UNAVAILABLE, None),
        (lambda: stores.buckets.current("demo"), Code.SERVICE_UNAVAILABLE, None),
        (lambda: stores.buckets.save(CONFIGURED), Code.SERVICE_UNAVAILABLE, None),
        (lambda: stores.styles.recent("demo", NOW), Code.INTERNAL_ERROR, "0040-00000601"),
        (lambda: stores.styles.current("demo"), Code.INTERNAL_ERROR, "0040-00000601"),
        (
            lambda: stores.styles.update("demo", adding(SMALL)),
            Code.INTERNAL_ERROR,
            "0040-00000601",
        ),
    ]
    for call, code, ec in failures:
        with pytest.raises(OssError) as refused:
            call()
        assert (refused.value.code, refused.value.ec) == (code, ec)
        assert isinstance(refused.value.__cause__, ClientError)
