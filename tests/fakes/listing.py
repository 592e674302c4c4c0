"""Lists of objects in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from darkroom.ports.objects import ListPage, ListQuery, ObjectSummary, ObjectVersion, VersionPage
from tests.fakes.objects import MemoryObject


@dataclass(frozen=True, kw_only=True)
class MemoryLister:
    """Lists objects by bucket and key."""

    stored: Mapping[tuple[str, str], MemoryObject]

    def list(
        self, bucket: str, listing: ListQuery, *, token: str | None = None, after: str = ""
    ) -> ListPage:
        """List from a token: the number of entries that earlier pages returned."""
        start = int(token or 0)
        found = list(self._entries(bucket, listing, after))[start:]
        returned, rest = found[: listing.limit], found[listing.limit :]
        return ListPage(
            objects=[entry for _, entry in returned if entry is not None],
            prefixes=[name for name, entry in returned if entry is None],
            next_marker=str(start + listing.limit) if rest else None,
        )

    def versioning(self, bucket: str) -> str | None:
        """Return None: there are no versions."""
        del bucket
        return None

    def list_versions(
        self, bucket: str, listing: ListQuery, *, after: tuple[str, str] = ("", "")
    ) -> VersionPage:
        """List every object as its only version, as S3 does without versioning."""
        key = after[0]
        if listing.delimiter and key.endswith(listing.delimiter):
            key += "\U0010ffff"  # A common prefix stands for all of its keys.
        found = list(self._entries(bucket, listing, key))
        returned, rest = found[: listing.limit], found[listing.limit :]
        return VersionPage(
            versions=[
                ObjectVersion(
                    key=entry.key,
                    version_id="null",
                    latest=True,
                    last_modified=entry.last_modified,
                    summary=entry,
                )
                for _, entry in returned
                if entry is not None
            ],
            prefixes=[name for name, entry in returned if entry is None],
            next_marker=(returned[-1][0], "null") if rest else None,
        )

    def _entries(
        self, bucket: str, listing: ListQuery, after: str
    ) -> Iterator[tuple[str, ObjectSummary | None]]:
        """Yield keys with their objects, and common prefixes with None, in order."""
        last = None
        for key in sorted((key for name, key in self.stored if name == bucket), key=str.encode):
            if not key.startswith(listing.prefix) or key.encode() <= after.encode():
                continue
            prefix = _common_prefix(key, listing)
            if prefix is None:
                yield key, _listed(self.stored[bucket, key])
            elif prefix != last:
                yield prefix, None
                last = prefix


def _common_prefix(key: str, listing: ListQuery) -> str | None:
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
        store_etag=info.store_etag,
        last_modified=info.last_modified,
        storage_class=info.storage_class,
    )
