"""Lists of objects: GET of a bucket, in the older and the newer form."""

from collections.abc import Mapping

from darkroom.errors import invalid
from darkroom.ports.listing import Listed, Listing, Page
from darkroom.usecases.authorization import listable
from darkroom.usecases.objects import list_after
from darkroom.web.context import Call
from darkroom.web.http import Response
from darkroom.web.responses import OWNER, xml
from darkroom.web.xml import Encode, element, elements, encoding_of, iso

VERSION = "list-type"

MOST_KEYS = 1000
USUAL_KEYS = "100"


def list_objects(call: Call) -> Response:
    """Answer a page that goes on by marker."""
    bucket = listable(call.world, call.address.bucket, call.caller)
    query = call.request.query
    encode, said = encoding_of(query)
    listing, marker = _listing(query), query.get("marker", "")
    page = list_after(bucket.name, listing, marker, call.world)
    head = {
        "Name": bucket.name,
        "Prefix": encode(listing.prefix),
        "Marker": encode(marker),
        "MaxKeys": str(listing.limit),
        "Delimiter": encode(listing.delimiter),
        **said,
        "IsTruncated": flag(page.onward is not None),
        **({} if page.onward is None else {"NextMarker": encode(page.onward)}),
    }
    return _answer(head, page, encode, owner=OWNER)


def list_objects_v2(call: Call) -> Response:
    """Answer a page that goes on by token."""
    bucket = listable(call.world, call.address.bucket, call.caller)
    query = call.request.query
    if query[VERSION] != "2":
        raise invalid(VERSION, query[VERSION], "Value must be 2")
    encode, said = encoding_of(query)
    listing, after = _listing(query), query.get("start-after", "")
    token = query.get("continuation-token") or None
    page = call.world.lister.list(bucket.name, listing, token=token, after=after)
    head = {
        "Name": bucket.name,
        "Prefix": encode(listing.prefix),
        "StartAfter": encode(after),
        "MaxKeys": str(listing.limit),
        "Delimiter": encode(listing.delimiter),
        **said,
        **({} if token is None else {"ContinuationToken": token}),
        "KeyCount": str(len(page.objects) + len(page.prefixes)),
        "IsTruncated": flag(page.onward is not None),
        **({} if page.onward is None else {"NextContinuationToken": page.onward}),
    }
    return _answer(head, page, encode, owner=OWNER if _fetch_owner(query) else "")


def _listing(query: Mapping[str, str]) -> Listing:
    return Listing(
        prefix=query.get("prefix", ""),
        delimiter=query.get("delimiter", ""),
        limit=page_size(query, "max-keys", USUAL_KEYS),
    )


def page_size(query: Mapping[str, str], name: str, usual: str) -> int:
    """Read how many entries a page may have."""
    text = query.get(name) or usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise invalid(name, text, "Value must be digit")
    if not 1 <= int(text) <= MOST_KEYS:
        raise invalid(name, text, f"Value must be between 1 and {MOST_KEYS}")
    return int(text)


def _fetch_owner(query: Mapping[str, str]) -> bool:
    return query.get("fetch-owner", "false").lower() == "true"


def _answer(head: Mapping[str, str], page: Page, encode: Encode, *, owner: str) -> Response:
    objects = (element("Contents", _contents(entry, encode) + owner) for entry in page.objects)
    prefixes = (
        element("CommonPrefixes", elements({"Prefix": encode(prefix)})) for prefix in page.prefixes
    )
    return xml("ListBucketResult", elements(head) + "".join(objects) + "".join(prefixes))


def _contents(entry: Listed, encode: Encode) -> str:
    return elements(
        {
            "Key": encode(entry.key),
            "LastModified": iso(entry.last_modified),
            "ETag": f'"{entry.etag}"',
            "Type": "Normal",
            "Size": str(entry.size),
            "StorageClass": entry.storage_class,
        }
    )


def flag(value: bool) -> str:
    """Write a truth value."""
    return "true" if value else "false"
