"""Lists that go on by marker."""

from collections.abc import Iterator

import pytest

from darkroom.buckets import Bucket
from darkroom.ports.listing import Listing, Page
from darkroom.usecases.objects import list_after
from darkroom.usecases.services import World
from tests.fakes.objects import MemoryObjects
from tests.fakes.world import world

KEYS = ["a", "b/", "b/1", "b/2", "b/c/3", "b0", "e//f", "ü", "\U0001f4f7"]


@pytest.fixture
def there() -> World:
    """Fill a bucket."""
    objects = MemoryObjects()
    for key in KEYS:
        objects.add("demo", key)
    return world(Bucket(name="demo"), objects=objects)


def pages(listing: Listing, there: World) -> Iterator[Page]:
    """Turn pages until the end."""
    page = list_after("demo", listing, "", there)
    yield page
    while page.onward is not None:
        page = list_after("demo", listing, page.onward, there)
        yield page


@pytest.mark.parametrize("limit", range(1, 10))
@pytest.mark.parametrize("delimiter", ["", "/", "//", "b"])
@pytest.mark.parametrize("prefix", ["", "b", "b/", "none"])
def test_pages_of_any_size_hold_the_same_list(
    there: World, prefix: str, delimiter: str, limit: int
) -> None:
    """Nothing is left out or shown twice where a page ends with a shared beginning."""
    (whole,) = pages(Listing(prefix=prefix, delimiter=delimiter, limit=1000), there)
    found = list(pages(Listing(prefix=prefix, delimiter=delimiter, limit=limit), there))
    assert [entry for page in found for entry in page.objects] == whole.objects
    assert [prefix for page in found for prefix in page.prefixes] == whole.prefixes


@pytest.mark.parametrize(
    ("marker", "first"), [("", "a"), ("a", "b/"), ("b/", "b/1"), ("b/15", "b/2"), ("zz", "ü")]
)
def test_a_marker_need_not_be_a_key(there: World, marker: str, first: str) -> None:
    """Without a delimiter it is just a place in the order."""
    assert list_after("demo", Listing(), marker, there).objects[0].key == first


def test_a_marker_above_the_prefix_hides_nothing(there: World) -> None:
    """It is no beginning that a list of that prefix could have shown."""
    page = list_after("demo", Listing(prefix="b/c", delimiter="/"), "b/", there)
    assert page.prefixes == ["b/c/"]


@pytest.mark.parametrize(
    ("marker", "prefixes", "keys"),
    [
        ("b/", ["e/"], ["b0", "ü", "\U0001f4f7"]),
        ("b/1", ["b/", "e/"], ["b0", "ü", "\U0001f4f7"]),
        ("e/", [], ["ü", "\U0001f4f7"]),
    ],
)
def test_a_shared_beginning_as_marker_stands_for_all_its_keys(
    there: World, marker: str, prefixes: list[str], keys: list[str]
) -> None:
    """A key within it does not: its beginning comes once more."""
    page = list_after("demo", Listing(delimiter="/"), marker, there)
    assert (page.prefixes, [entry.key for entry in page.objects]) == (prefixes, keys)
