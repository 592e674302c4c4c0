"""The settings and styles of buckets in a file, for a table that is in memory."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .resources import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

INTERVAL = 0.2
"""Seconds from a change to the file, at the most."""

BUCKET_PREFIX = "bucket#"
"""How the ids of buckets' items begin; tasks and locks mean nothing to a later start."""


@dataclass(slots=True, kw_only=True)
class SettingsFile:
    """The items of buckets as JSON, in the form of DynamoDB's interface."""

    client: "DynamoDBClient"
    path: Path
    written: list[dict[str, Any]] = field(default_factory=list)

    def load(self) -> None:
        """Store the items of the file, if there is one, in the table."""
        if self.path.exists():
            self.written = json.loads(self.path.read_text())
        for item in self.written:
            self.client.put_item(TableName=TABLE, Item=item)

    def save(self) -> None:
        """Replace the file if an item has changed."""
        pages = self.client.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        items = [item for item in items if item["id"]["S"].startswith(BUCKET_PREFIX)]
        if items != self.written:
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(items, indent=1))
            new.replace(self.path)
            self.written = items


@contextmanager
def kept(file: SettingsFile) -> Iterator[None]:
    """Load the file, and save every change until the block ends."""
    file.load()
    ended = threading.Event()

    def save() -> None:
        while not ended.wait(INTERVAL):
            file.save()

    saving = threading.Thread(target=save, daemon=True)
    saving.start()
    try:
        yield
    finally:
        ended.set()
        saving.join()
        file.save()
