"""Lists of objects, continued by marker."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.buckets import Bucket
from darkroom.ports.objects import ListPage, ListQuery
from darkroom.usecases.objects import list_from_marker
from darkroom.usecases.services import Services
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import memory_services

KEYS = ["a", "b/", "b/1", "b/2", "b/c/3", "b0", "e//f", "ü", "\U0001f4f7"]


def services_with(keys: list[str]) -> Services:
    """Return services whose bucket contains these keys."""
    objects = MemoryObjects()
    for key in keys:
        objects.add("demo", key)
    return memory_services(Bucket(name="demo"), objects=objects)


@pytest.fixture
def services() -> Services:
    """Return services whose bucket contains `KEYS`."""
    return services_with(KEYS)


def pages(listing: ListQuery, services: Services) -> Iterator[ListPage]:
    """Yield every page, following the next marker."""
    page = list_from_marker("demo", listing, "", services)
    yield page
    while page.next_marker is not None:
        page = list_from_marker("demo", listing, page.next_marker, services)
        yield page


@given(
    keys=st.just(KEYS) | st.lists(st.text("ab/", min_size=1, max_size=5), max_size=12),
    prefix=st.sampled_from(["", "b", "b/", "none"]),
    delimiter=st.sampled_from(["", "/", "//", "b"]),
    limit=st.integers(1, 10),
)
def test_pages_of_any_size_hold_the_same_list(
    keys: list[str], prefix: str, delimiter: str, limit: int
) -> None:
    """No entry is left out or repeated where a page ends with a common prefix."""
    services = services_with(keys)
    (whole,) = pages(ListQuery(prefix=prefix, delimiter=delimiter, limit=1000), services)
    found = list(pages(ListQuery(prefix=prefix, delimiter=delimiter, limit=limit), services))
    assert [entry for page in found for entry in page.objects] == whole.objects
    assert [prefix for page in found for prefix in page.prefixes] == whole.prefixes


@pytest.mark.parametrize(
    ("marker", "first"), [("", "a"), ("a", "b/"), ("b/", "b/1"), ("b/15", "b/2"), ("zz", "ü")]
)
def test_a_marker_need_not_be_a_key(services: Services, marker: str, first: str) -> None:
    """Without a delimiter, a page begins with the first key that sorts after the marker."""
    assert list_from_marker("demo", ListQuery(), marker, services).objects[0].key == first


def test_a_marker_shorter_than_the_prefix_skips_no_key(services: Services) -> None:
    """A marker that ends in the delimiter but is shorter than the prefix skips no key."""
    page = list_from_marker("demo", ListQuery(prefix="b/c", delimiter="/"), "b/", services)
    assert page.prefixes == ["b/c/"]


@pytest.mark.parametrize(
    ("marker", "prefixes", "keys"),
    [
        ("b/", ["e/"], ["b0", "ü", "\U0001f4f7"]),
        ("b/1", ["b/", "e/"], ["b0", "ü", "\U0001f4f7"]),
        ("e/", [], ["ü", "\U0001f4f7"]),
    ],
)
def test_a_common_prefix_as_marker_skips_its_keys(
    services: Services, marker: str, prefixes: list[str], keys: list[str]
) -> None:
    """A common prefix as marker skips its keys; a key as marker repeats its prefix."""
    page = list_from_marker("demo", ListQuery(delimiter="/"), marker, services)
    assert (page.prefixes, [entry.key for entry in page.objects]) == (prefixes, keys)
