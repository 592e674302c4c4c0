"""Lists of objects in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from darkroom.ports.objects import ListPage, ListQuery, ObjectSummary
from tests.fakes.objects import MemoryObject


@dataclass(frozen=True, kw_only=True)
class MemoryLister:
    """Lists objects by bucket and key."""

    stored: Mapping[tuple[str, str], MemoryObject]

    def list(
        self, bucket: str, listing: ListQuery, *, token: str | None = None, after: str = ""
    ) -> ListPage:
        """List on from a token, which is the number of entries shown so far."""
        began = int(token or 0)
        found = list(self._entries(bucket, listing, after))[began:]
        shown, rest = found[: listing.limit], found[listing.limit :]
        return ListPage(
            objects=[entry for _, entry in shown if entry is not None],
            prefixes=[name for name, entry in shown if entry is None],
            next_marker=str(began + listing.limit) if rest else None,
        )

    def _entries(
        self, bucket: str, listing: ListQuery, after: str
    ) -> Iterator[tuple[str, ObjectSummary | None]]:
        """Give keys with their objects, and shared beginnings without, in order."""
        last = None
        for key in sorted((key for name, key in self.stored if name == bucket), key=str.encode):
            if not key.startswith(listing.prefix) or key.encode() <= after.encode():
                continue
            shared = _shared(key, listing)
            if shared is None:
                yield key, _listed(self.stored[bucket, key])
            elif shared != last:
                yield shared, None
                last = shared


def _shared(key: str, listing: ListQuery) -> str | None:
    rest = key[len(listing.prefix) :]
    if not listing.delimiter or listing.delimiter not in rest:
        return None
    return listing.prefix + rest.partition(listing.delimiter)[0] + listing.delimiter


def _listed(stored: MemoryObject) -> ObjectSummary:
    info = stored.info
    return ObjectSummary(
        key=info.key,
        size=info.size,
        etag=info.etag,
        last_modified=info.last_modified,
        storage_class=info.storage_class,
    )
