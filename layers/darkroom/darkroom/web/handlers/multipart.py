"""Multipart uploads: `?uploads` and `?uploadId` (spec 01 §7)."""

from urllib.parse import quote
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from darkroom.errors import Code, OssError, invalid, missing
from darkroom.http_dates import iso_date
from darkroom.ports.multipart import MultipartUpload, UploadedPart, UploadRef
from darkroom.ports.objects import ListQuery
from darkroom.usecases import multipart
from darkroom.usecases.byte_ranges import parse_range
from darkroom.web import wire
from darkroom.web.context import RequestContext
from darkroom.web.http import Response
from darkroom.web.object_headers import (
    attributes_from_headers,
    copy_source,
    encryption_headers,
    may_overwrite,
)
from darkroom.web.request_checks import read_body, read_page_size, read_upload
from darkroom.web.responses import put_headers, xml_response
from darkroom.web.wire import QueryParameter
from darkroom.web.xml import (
    boolean,
    common_prefixes,
    element,
    name_encoding,
    owner,
    parse_document,
)

MAX_PARTS = 10_000
MAX_PART_LIST_BYTES = 2_000_000
DEFAULT_PAGE_SIZE = "1000"


def initiate_upload(context: RequestContext) -> Response:
    """Open an upload and answer its id."""
    attributes = attributes_from_headers(context.request.headers, context.key)
    encode, encoding_field = name_encoding(context.query)
    upload_id = multipart.initiate(
        context.bucket,
        context.key,
        attributes,
        context.caller,
        context.services,
        overwrite=may_overwrite(context.request.headers),
    )
    fields = {"Bucket": context.bucket.name, "Key": encode(context.key), "UploadId": upload_id}
    root = element("InitiateMultipartUploadResult", {**encoding_field, **fields})
    return xml_response(root, encryption_headers(context.request.headers))


def put_part(context: RequestContext) -> Response:
    """Store a part: the body, or a byte range of the object that a header names."""
    upload = _upload_ref(context)
    number = _part_number(context.query.get(QueryParameter.PART_NUMBER))
    if wire.COPY_SOURCE in context.request.headers:
        return _copy_part(context, upload, number)
    body = read_upload(context.request, limit=context.services.settings.upload_limit)
    stored = multipart.upload_part(upload, number, body, context.services)
    return Response(status=200, headers=put_headers(stored, context.reply_limit))


def _copy_part(context: RequestContext, upload: UploadRef, number: int) -> Response:
    text = context.request.headers.get(wire.COPY_SOURCE_RANGE)
    byte_range = None if text is None else parse_range(text)
    if text is not None and byte_range is None:
        raise invalid(wire.COPY_SOURCE_RANGE, text, "Value must be bytes=first-last")
    source = replace(
        copy_source(context.request.headers, context.caller, context.services),
        byte_range=byte_range,
    )
    etag = f'"{multipart.upload_part_copy(upload, number, source, context.services).etag}"'
    fields = {"LastModified": iso_date(context.services.clock()), "ETag": etag}
    return xml_response(element("CopyPartResult", fields), {"etag": etag})


def complete_upload(context: RequestContext) -> Response:
    """Create the object from the listed parts, or from all stored parts."""
    upload = _upload_ref(context)
    encode, encoding_field = name_encoding(context.query)
    try:
        chosen = _chosen_parts(context)
    except OssError:
        multipart.list_parts(upload, context.services)  # An unknown upload is the first error.
        raise
    stored = multipart.complete(
        upload,
        chosen,
        context.services,
        overwrite=may_overwrite(context.request.headers),
        remaining=context.processing.remaining,
    )
    headers = put_headers(stored, context.reply_limit)
    fields = {
        **encoding_field,
        "Location": _location(context),
        "Bucket": upload.bucket,
        "Key": encode(upload.key),
        "ETag": headers["etag"],
    }
    return xml_response(element("CompleteMultipartUploadResult", fields), headers)


def _location(context: RequestContext) -> str:
    """Return the URL of the object in the form of the request, percent-encoded."""
    headers = context.request.headers
    scheme = headers.get("x-forwarded-proto", "https")
    # A key with blanks may have been written with pluses.
    path = context.request.path[: -len(context.key)] + context.key
    return f"{scheme}://{headers.get('host', '')}{quote(path, safe='/-_.~')}"


def abort_upload(context: RequestContext) -> Response:
    """Discard an upload and its parts."""
    multipart.abort(_upload_ref(context), context.services)
    return Response(status=204)


def list_parts(context: RequestContext) -> Response:
    """Answer a page of the stored parts."""
    upload, query = _upload_ref(context), context.query
    encode, encoding_field = name_encoding(query)
    limit = read_page_size(query, QueryParameter.MAX_PARTS, DEFAULT_PAGE_SIZE)
    marker = query.get(QueryParameter.PART_NUMBER_MARKER) or "0"
    after = 0 if marker == "0" else _part_number(marker)
    stored = multipart.list_parts(upload, context.services)
    found = [part for part in stored if part.number > after]
    page = found[:limit]
    fields = {
        **encoding_field,
        "Bucket": upload.bucket,
        "Key": encode(upload.key),
        "UploadId": upload.id,
        "StorageClass": "Standard",
        "PartNumberMarker": marker,
        "NextPartNumberMarker": str(page[-1].number) if page else marker,
        "MaxParts": str(limit),
        "IsTruncated": boolean(len(found) > limit),
    }
    return xml_response(element("ListPartsResult", fields, *map(_part_element, page)))


def list_uploads(context: RequestContext) -> Response:
    """Answer a page of the open uploads."""
    query = context.query
    encode, encoding_field = name_encoding(query)
    wanted = ListQuery(
        prefix=query.get(QueryParameter.PREFIX, ""),
        delimiter=query.get(QueryParameter.DELIMITER, ""),
        limit=read_page_size(query, QueryParameter.MAX_UPLOADS, DEFAULT_PAGE_SIZE),
    )
    after = (
        query.get(QueryParameter.KEY_MARKER, ""),
        query.get(QueryParameter.UPLOAD_ID_MARKER, ""),
    )
    page = multipart.list_uploads(context.bucket, wanted, after, context.services)
    next_key, next_id = page.next_marker or ("", "")
    fields = {
        **encoding_field,
        "Bucket": context.bucket.name,
        "Prefix": encode(wanted.prefix),
        "Delimiter": encode(wanted.delimiter),
        "KeyMarker": encode(after[0]),
        "UploadIdMarker": after[1],
        "NextKeyMarker": encode(next_key),
        "NextUploadIdMarker": next_id,
        "MaxUploads": str(wanted.limit),
        "IsTruncated": boolean(page.next_marker is not None),
    }
    uploads = (_upload_element(upload, encode(upload.key)) for upload in page.uploads)
    prefixes = common_prefixes(page.prefixes, encode)
    return xml_response(element("ListMultipartUploadsResult", fields, *uploads, *prefixes))


def _part_element(part: UploadedPart) -> Element:
    fields = {
        "PartNumber": str(part.number),
        "LastModified": iso_date(part.last_modified),
        "ETag": f'"{part.etag}"',
        "Size": str(part.size),
    }
    return element("Part", fields)


def _upload_element(upload: MultipartUpload, key: str) -> Element:
    fields = {
        "Key": key,
        "UploadId": upload.id,
        "StorageClass": upload.storage_class,
        "Initiated": iso_date(upload.initiated),
    }
    return element("Upload", fields, owner())


def _upload_ref(context: RequestContext) -> UploadRef:
    upload_id = context.query[QueryParameter.UPLOAD_ID]
    return UploadRef(bucket=context.bucket.name, key=context.key, id=upload_id)


def _part_number(text: str | None) -> int:
    if text is None:
        raise missing(QueryParameter.PART_NUMBER)
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        raise invalid(QueryParameter.PART_NUMBER, text, "Value must be digit")
    if not 1 <= int(text) <= MAX_PARTS:
        raise invalid(QueryParameter.PART_NUMBER, text, f"Value must be between 1 and {MAX_PARTS}")
    return int(text)


def _chosen_parts(context: RequestContext) -> list[multipart.PartRef] | None:
    """Read the list of parts; None where a header selects all, which requires an empty body."""
    if context.request.headers.get(wire.COMPLETE_ALL, "").lower() == "yes":
        if context.request.body:
            raise invalid(wire.COMPLETE_ALL, "yes", "There may be no list of parts as well")
        return None
    body = read_body(context.request, limit=MAX_PART_LIST_BYTES)
    root = parse_document(body, "CompleteMultipartUpload", max_bytes=MAX_PART_LIST_BYTES)
    nodes = root.findall("Part")
    if not 0 < len(nodes) <= MAX_PARTS:
        raise OssError(Code.MALFORMED_XML, f"A list names 1 to {MAX_PARTS} parts.")
    return [_part_ref(node) for node in nodes]


def _part_ref(node: Element) -> multipart.PartRef:
    number, etag = node.findtext("PartNumber"), node.findtext("ETag")
    if number is None or etag is None:
        raise OssError(Code.MALFORMED_XML)
    return _part_number(number.strip()), etag.strip().strip('"').upper()
