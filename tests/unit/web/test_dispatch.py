"""The route tables: every request has a handler and the right that it requires."""

import pytest

from darkroom.usecases.authorization import Access
from darkroom.web.dispatch import BUCKET_ROUTES, OBJECT_ROUTES, SERVICE_ROUTES, Route

TABLES = {"object": OBJECT_ROUTES, "bucket": BUCKET_ROUTES, "service": SERVICE_ROUTES}

READING = {"GET", "HEAD"}


@pytest.mark.parametrize("table", TABLES)
def test_every_route_requires_a_right(table: str) -> None:
    """Without `Access.NONE` a handler is called for callers with the right only."""
    for (method, name), route in TABLES[table].items():
        assert isinstance(route, Route), (method, name)
        assert isinstance(route.requires, Access), (method, name)


def test_what_needs_no_right_is_refused_whoever_sends_it() -> None:
    """A new handler that answers without a right has to be added here as well."""
    routes = [route for table in TABLES.values() for route in table.values()]
    open_to_all = {route.handler.__name__ for route in routes if route.requires is Access.NONE}
    assert open_to_all == {"refuse_put", "post_object"}


def test_what_changes_something_requires_more_than_to_read() -> None:
    """By the method: a right to read or to list allows no PUT, POST or DELETE."""
    for table in TABLES.values():
        for (method, name), route in table.items():
            if method not in READING:
                reading = {Access.READ_OBJECT, Access.READ_TASKS, Access.LIST, Access.LIST_BUCKETS}
                assert route.requires not in reading, (method, name)
