"""Listing objects by marker, as the older call does."""

from dataclasses import replace

from darkroom.ports.listing import Listing, Page
from darkroom.usecases.world import World

LAST = "\U0010ffff"
"""Sorts behind every character that a key has."""


def list_after(bucket: str, listing: Listing, marker: str, world: World) -> Page:
    """List what comes after a key or shared beginning; the page goes on by marker as well."""
    page = world.lister.list(bucket, listing, after=_behind(marker, listing))
    return page if page.onward is None else replace(page, onward=_last(page))


def _behind(marker: str, listing: Listing) -> str:
    """Skip all keys of a shared beginning: a page that ends with one has shown them."""
    if not listing.delimiter or not marker.startswith(listing.prefix):
        return marker
    _, delimiter, tail = marker[len(listing.prefix) :].partition(listing.delimiter)
    return marker + LAST if delimiter and not tail else marker


def _last(page: Page) -> str:
    names = [entry.key for entry in page.objects[-1:]] + list(page.prefixes[-1:])
    return max(names, key=str.encode)
