"""The route tables: every request has a handler and the right that it requires."""

import pytest

from darkroom.usecases.authorization import Access
from darkroom.web.authentication import authenticate
from darkroom.web.dispatch import (
    BUCKET_ROUTES,
    OBJECT_ROUTES,
    SERVICE_ROUTES,
    Route,
)

TABLES = {"object": OBJECT_ROUTES, "bucket": BUCKET_ROUTES, "service": SERVICE_ROUTES}

READING = {"GET", "HEAD"}


@pytest.mark.parametrize("table", TABLES)
def test_every_route_requires_a_right(table: str) -> None:
    """The dispatcher checks `Route.requires` before it calls the handler."""
    for (method, name), route in TABLES[table].items():
        assert isinstance(route, Route), (method, name)
        assert isinstance(route.requires, Access), (method, name)


def test_the_routes_without_a_right_are_listed() -> None:
    """The handler with `Access.NONE` is the listed one; a second fails this test."""
    routes = [route for table in TABLES.values() for route in table.values()]
    open_to_all = {route.handler.__name__ for route in routes if route.requires is Access.NONE}
    assert open_to_all == {"refuse_put"}


def test_the_routes_with_a_signature_of_their_own_are_listed() -> None:
    """Only a form is signed in its body; every other route verifies header and query."""
    routes = [route for table in TABLES.values() for route in table.values()]
    others = {each.handler.__name__ for each in routes if each.authenticate is not authenticate}
    assert others == {"post_object"}


def test_no_write_method_requires_only_a_read_right() -> None:
    """PUT, POST and DELETE require neither a READ nor a LIST right."""
    for table in TABLES.values():
        for (method, name), route in table.items():
            if method not in READING:
                reading = {Access.READ_OBJECT, Access.READ_TASKS, Access.LIST, Access.LIST_BUCKETS}
                assert route.requires not in reading, (method, name)
