"""Contract of the object listers."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darkroom.ports.objects import ListPage, ListQuery, ObjectAttributes, ObjectLister
from tests.contract.stores import Store

KEYS = ["a", "b/1", "b/2", "b/c/3", "d e+%.txt", "e//f", "ü", "\U0001f4f7"]


@pytest.fixture
def lister(store: Store) -> ObjectLister:
    """Put the objects and return the lister."""
    for key in KEYS:
        store.writer.put("here", key, key.encode(), ObjectAttributes(storage_class="IA"))
    return store.lister


def pages(lister: ObjectLister, listing: ListQuery) -> Iterator[ListPage]:
    """Yield the pages of a list."""
    page = lister.list("here", listing)
    yield page
    while page.next_marker is not None:
        page = lister.list("here", listing, token=page.next_marker)
        yield page


def listed(found: Sequence[ListPage]) -> tuple[list[str], list[str]]:
    """Return the keys and the common prefixes of all pages."""
    return (
        [entry.key for page in found for entry in page.objects],
        [prefix for page in found for prefix in page.prefixes],
    )


def test_objects_are_listed_in_order_with_their_attributes(lister: ObjectLister) -> None:
    """Entries are sorted by the UTF-8 bytes of their keys and have size, ETag and storage class."""
    (page,) = pages(lister, ListQuery(limit=1000))
    assert [entry.key for entry in page.objects] == KEYS
    assert [entry.size for entry in page.objects] == [len(key.encode()) for key in KEYS]
    assert {entry.storage_class for entry in page.objects} == {"IA"}
    assert page.objects[0].etag == "0CC175B9C0F1B6A831C399E269772661"


@settings(suppress_health_check=HealthCheck)  # the store is read only
@given(
    prefix=st.sampled_from(["", "b", "b/", "none"]),
    delimiter=st.sampled_from(["", "/", "//"]),
    limit=st.integers(1, 9),
)
def test_pages_of_any_size_hold_the_same_list(
    lister: ObjectLister, prefix: str, delimiter: str, limit: int
) -> None:
    """No entry is left out or repeated where a page ends, and no page exceeds the limit."""
    (single_page,) = pages(lister, ListQuery(prefix=prefix, delimiter=delimiter, limit=1000))
    found = list(pages(lister, ListQuery(prefix=prefix, delimiter=delimiter, limit=limit)))
    assert listed(found) == listed([single_page])
    assert all(len(page.objects) + len(page.prefixes) <= limit for page in found)


@pytest.mark.parametrize(
    ("prefix", "delimiter", "keys", "prefixes"),
    [
        ("", "/", ["a", "d e+%.txt", "ü", "\U0001f4f7"], ["b/", "e/"]),
        ("b/", "/", ["b/1", "b/2"], ["b/c/"]),
        ("b", "", ["b/1", "b/2", "b/c/3"], []),
        ("e", "//", [], ["e//"]),
        ("none", "/", [], []),
    ],
)
def test_keys_with_a_common_prefix_become_one_entry(
    lister: ObjectLister,
    prefix: str,
    delimiter: str,
    keys: list[str],
    prefixes: list[str],
) -> None:
    """Keys with the same text up to the delimiter after the prefix become one common prefix."""
    found = pages(lister, ListQuery(prefix=prefix, delimiter=delimiter))
    assert listed(list(found)) == (keys, prefixes)


@pytest.mark.parametrize(
    ("after", "first"), [("", "a"), ("a", "b/1"), ("b/10", "b/2"), ("zz", "ü")], ids=str
)
def test_a_list_starts_after_any_text(lister: ObjectLister, after: str, first: str) -> None:
    """`after` need not be a key: the list begins with the first key that sorts after it."""
    assert lister.list("here", ListQuery(), after=after).objects[0].key == first


def test_an_empty_bucket_has_an_empty_list(store: Store) -> None:
    """An empty bucket gives one page, without entries and without a next marker."""
    assert store.lister.list("here", ListQuery()) == ListPage(
        objects=[], prefixes=[], next_marker=None
    )


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_without_versioning_each_object_is_its_own_version(store: Store, limit: int) -> None:
    """The pages have every object once, with the id `null`, and common prefixes."""
    for key in ("a b", "a/1", "a/2", "b", "图"):
        store.writer.put("here", key, key.encode(), ObjectAttributes())
    assert store.lister.versioning("here") is None
    found: list[str] = []
    after = ("", "")
    for _ in range(10):
        page = store.lister.list_versions(
            "here", ListQuery(delimiter="/", limit=limit), after=after
        )
        found += [version.key for version in page.versions]
        found += page.prefixes
        for version in page.versions:
            assert (version.version_id, version.latest) == ("null", True)
            assert version.summary is not None
            assert version.summary.size == len(version.key.encode())
        if page.next_marker is None:
            break
        after = page.next_marker
    assert sorted(found, key=str.encode) == ["a b", "a/", "b", "图"]
