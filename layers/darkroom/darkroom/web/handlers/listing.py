"""ListObjects: GET of a bucket, by marker and, with `list-type=2`, by token (spec 01 §7)."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from darkroom.errors import invalid
from darkroom.http_dates import iso_date
from darkroom.ports.objects import ListPage, ListQuery, ObjectSummary, ObjectVersion
from darkroom.usecases.objects import list_from_marker
from darkroom.web.context import RequestContext
from darkroom.web.http import Response
from darkroom.web.request_checks import read_page_size
from darkroom.web.responses import object_type, quoted_etag, xml_response
from darkroom.web.wire import QueryParameter
from darkroom.web.xml import EncodeName, boolean, common_prefixes, element, name_encoding, owner

DEFAULT_MAX_KEYS = "100"


def list_objects(context: RequestContext) -> Response:
    """Answer a page that continues by marker."""
    query = context.query
    encode, encoding_field = name_encoding(query)
    wanted, marker = _list_query(query), query.get(QueryParameter.MARKER, "")
    page = list_from_marker(context.bucket.name, wanted, marker, context.services)
    fields = {
        "Name": context.bucket.name,
        "Prefix": encode(wanted.prefix),
        "Marker": encode(marker),
        "MaxKeys": str(wanted.limit),
        "Delimiter": encode(wanted.delimiter),
        **encoding_field,
        "IsTruncated": boolean(page.next_marker is not None),
        **({} if page.next_marker is None else {"NextMarker": encode(page.next_marker)}),
    }
    return _page_response(context, fields, page, encode, with_owner=True)


def list_objects_v2(context: RequestContext) -> Response:
    """Answer a page that continues by token."""
    query = context.query
    if query[QueryParameter.LIST_TYPE] != "2":
        raise invalid(QueryParameter.LIST_TYPE, query[QueryParameter.LIST_TYPE], "Value must be 2")
    encode, encoding_field = name_encoding(query)
    wanted, after = _list_query(query), query.get(QueryParameter.START_AFTER, "")
    token = query.get(QueryParameter.CONTINUATION_TOKEN) or None
    page = context.services.lister.list(context.bucket.name, wanted, token=token, after=after)
    fields = {
        "Name": context.bucket.name,
        "Prefix": encode(wanted.prefix),
        "StartAfter": encode(after),
        "MaxKeys": str(wanted.limit),
        "Delimiter": encode(wanted.delimiter),
        **encoding_field,
        **({} if token is None else {"ContinuationToken": encode(token)}),
        "KeyCount": str(len(page.objects) + len(page.prefixes)),
        "IsTruncated": boolean(page.next_marker is not None),
        **({} if page.next_marker is None else {"NextContinuationToken": encode(page.next_marker)}),
    }
    with_owner = query.get(QueryParameter.FETCH_OWNER, "false").lower() == "true"
    return _page_response(context, fields, page, encode, with_owner=with_owner)


def list_versions(context: RequestContext) -> Response:
    """Answer a page of versions and of the markers of deletions."""
    query = context.query
    encode, encoding_field = name_encoding(query)
    wanted = _list_query(query)
    after = (
        query.get(QueryParameter.KEY_MARKER, ""),
        query.get(QueryParameter.VERSION_ID_MARKER, ""),
    )
    page = context.services.lister.list_versions(context.bucket.name, wanted, after=after)
    next_fields = {}
    if page.next_marker is not None:
        next_key, next_id = page.next_marker
        next_fields = {"NextKeyMarker": encode(next_key), "NextVersionIdMarker": next_id}
    fields = {
        "Name": context.bucket.name,
        "Prefix": encode(wanted.prefix),
        "KeyMarker": encode(after[0]),
        "VersionIdMarker": after[1],
        "MaxKeys": str(wanted.limit),
        "Delimiter": encode(wanted.delimiter),
        **encoding_field,
        "IsTruncated": boolean(page.next_marker is not None),
        **next_fields,
    }
    versions = (_version(version, encode, context.reply_limit) for version in page.versions)
    prefixes = common_prefixes(page.prefixes, encode)
    return xml_response(element("ListVersionsResult", fields, *versions, *prefixes))


def get_versioning(context: RequestContext) -> Response:
    """Answer whether the bucket has versions; without, the element is empty."""
    status = context.services.lister.versioning(context.bucket.name)
    fields = {} if status is None else {"Status": status}
    return xml_response(element("VersioningConfiguration", fields))


def _version(version: ObjectVersion, encode: EncodeName, reply_limit: int) -> Element:
    fields = {
        "Key": encode(version.key),
        "VersionId": version.version_id,
        "IsLatest": boolean(version.latest),
        "LastModified": iso_date(version.last_modified),
    }
    if version.summary is None:
        return element("DeleteMarker", fields, owner())
    return element("Version", {**fields, **_stored_fields(version.summary, reply_limit)}, owner())


def _list_query(query: Mapping[QueryParameter, str]) -> ListQuery:
    return ListQuery(
        prefix=query.get(QueryParameter.PREFIX, ""),
        delimiter=query.get(QueryParameter.DELIMITER, ""),
        limit=read_page_size(query, QueryParameter.MAX_KEYS, DEFAULT_MAX_KEYS),
    )


def _page_response(
    context: RequestContext,
    fields: Mapping[str, str],
    page: ListPage,
    encode: EncodeName,
    *,
    with_owner: bool,
) -> Response:
    limit = context.reply_limit
    objects = (_contents(summary, encode, limit, with_owner=with_owner) for summary in page.objects)
    prefixes = common_prefixes(page.prefixes, encode)
    return xml_response(element("ListBucketResult", fields, *objects, *prefixes))


def _contents(
    summary: ObjectSummary, encode: EncodeName, reply_limit: int, *, with_owner: bool
) -> Element:
    fields = {
        "Key": encode(summary.key),
        "LastModified": iso_date(summary.last_modified),
        **_stored_fields(summary, reply_limit),
    }
    return element("Contents", fields, *([owner()] if with_owner else []))


def _stored_fields(summary: ObjectSummary, reply_limit: int) -> dict[str, str]:
    return {
        "ETag": quoted_etag(summary, reply_limit),
        "Type": object_type(summary.etag),
        "Size": str(summary.size),
        "StorageClass": summary.storage_class,
    }
