"""Bucket settings and styles in DynamoDB: one item a bucket (docs/decisions/062)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from darkroom.aws.cache import TimedCache
from darkroom.buckets import Bucket, InvalidDocument, Style, Styles, read_bucket, write_bucket
from darkroom.errors import Code, OssError
from darkroom.ports import Clock
from darkroom.settings import BucketEntry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


SETTINGS_MAX_AGE = timedelta(seconds=30)
"""Maximum age of cached settings, which another instance may have changed (decision 008)."""

WRITE_ATTEMPTS = 20
"""Attempts of a conditional write: of concurrent writers one succeeds each time."""

EC_STYLES_UNREADABLE = "0040-00000601"


class BucketRecord(Struct, frozen=True, kw_only=True):
    """The item of a bucket; `revision` counts its changes."""

    bucket: Bucket
    styles: Styles
    revision: int


class BucketRecords:
    """The items of buckets, with a cache of those read last."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        entries: Mapping[str, BucketEntry],
        clock: Clock,
    ) -> None:
        """Take the configured buckets, whose settings apply where the table has none."""
        self.client = client
        self.table = table
        self.entries = entries
        self.recent = TimedCache(load=self._read, clock=clock)

    def update(self, name: str, expression: str, values: dict[str, Any], **more: Any) -> None:
        """Change an item; every change increments its revision."""
        changed = self.client.update_item(
            TableName=self.table,
            Key=_key(name),
            UpdateExpression=f"{expression} ADD revision :one",
            ExpressionAttributeValues={**values, ":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
            **more,
        )
        self.recent.put(name, self._record(name, changed["Attributes"]))

    def _read(self, name: str) -> BucketRecord:
        found = self.client.get_item(TableName=self.table, Key=_key(name), ConsistentRead=True)
        return self._record(name, found.get("Item", {}))

    def _record(self, name: str, item: Mapping[str, Any]) -> BucketRecord:
        bucket = self.entries[name].bucket
        if "settings" in item:
            bucket = read_bucket(name, item["settings"]["S"])
        styles = [_style(entry["M"]) for entry in item.get("styles", {"L": []})["L"]]
        return BucketRecord(
            bucket=bucket,
            styles={style.name: style for style in styles},
            revision=int(item["revision"]["N"]) if "revision" in item else 0,
        )


class TableBuckets(Struct, frozen=True, kw_only=True):
    """The configured buckets, with their settings from the table."""

    records: BucketRecords

    def find(self, name: str) -> Bucket | None:
        """Return a bucket by its OSS name, None if it is not configured."""
        if name not in self.records.entries:
            return None
        with _table_errors_as(Code.SERVICE_UNAVAILABLE):
            return self.records.recent.get(name, SETTINGS_MAX_AGE).bucket

    def current(self, name: str) -> Bucket:
        """Read the settings from the table."""
        with _table_errors_as(Code.SERVICE_UNAVAILABLE):
            return self.records.recent.refresh(name).bucket

    def save(self, bucket: Bucket) -> None:
        """Replace the settings; of concurrent writers the last wins."""
        document = write_bucket(bucket).decode()
        with _table_errors_as(Code.SERVICE_UNAVAILABLE):
            self.records.update(bucket.name, "SET settings = :new", {":new": {"S": document}})


class TableStyles(Struct, frozen=True, kw_only=True):
    """Styles, all those of a bucket in its one item: 50 of 4 KiB stay below DynamoDB's 400 KB."""

    records: BucketRecords

    def recent(self, bucket: str, max_age: timedelta) -> Styles:
        """Return the styles, read at most `max_age` ago."""
        with _table_errors_as(Code.INTERNAL_ERROR, EC_STYLES_UNREADABLE):
            return self.records.recent.get(bucket, max_age).styles

    def current(self, bucket: str) -> Styles:
        """Read the styles from the table."""
        with _table_errors_as(Code.INTERNAL_ERROR, EC_STYLES_UNREADABLE):
            return self.records.recent.refresh(bucket).styles

    def update(self, bucket: str, change: Callable[[Styles], Styles]) -> None:
        """Replace the styles read by `change` of them; repeat after a concurrent write."""
        for _ in range(WRITE_ATTEMPTS):
            with _table_errors_as(Code.INTERNAL_ERROR, EC_STYLES_UNREADABLE):
                record = self.records.recent.refresh(bucket)
            styles = change(record.styles)
            if styles == record.styles or self._write(bucket, styles, record.revision):
                return
        raise OssError(Code.SERVICE_UNAVAILABLE)

    def _write(self, bucket: str, styles: Styles, revision: int) -> bool:
        """Write the styles; return False if the item has another revision by now."""
        unchanged = "revision = :old" if revision else "attribute_not_exists(revision)"
        values: dict[str, Any] = {":new": {"L": [_item(style) for style in styles.values()]}}
        if revision:
            values[":old"] = {"N": str(revision)}
        with _table_errors_as(Code.INTERNAL_ERROR, EC_STYLES_UNREADABLE):
            try:
                self.records.update(
                    bucket, "SET styles = :new", values, ConditionExpression=unchanged
                )
            except self.records.client.exceptions.ConditionalCheckFailedException:
                return False
        return True


@contextmanager
def _table_errors_as(code: Code, ec: str | None = None) -> Iterator[None]:
    """Raise `code` for any failure of the table, and for an item that cannot be read."""
    try:
        yield
    except (ClientError, BotoCoreError, InvalidDocument, ValueError) as error:
        raise OssError(code, ec=ec) from error


def _key(bucket: str) -> Any:
    return {"id": {"S": f"bucket#{bucket}"}}


def _item(style: Style) -> dict[str, Any]:
    texts = {
        "name": style.name,
        "content": style.content,
        "category": style.category,
        "created": style.created.isoformat(),
        "modified": style.modified.isoformat(),
    }
    return {"M": {name: {"S": text} for name, text in texts.items()}}


def _style(attributes: Mapping[str, Any]) -> Style:
    texts = {name: attribute["S"] for name, attribute in attributes.items()}
    created, modified = texts.pop("created"), texts.pop("modified")
    return Style(
        created=datetime.fromisoformat(created), modified=datetime.fromisoformat(modified), **texts
    )
