"""Lists of the parts of an upload, and of the uploads to a bucket."""

from dataclasses import replace
from xml.etree.ElementTree import Element

from darkroom.errors import Code, OssError, invalid, missing
from darkroom.ports.listing import Listing
from darkroom.ports.multipart import BegunUpload, UploadedPart, UploadRef
from darkroom.usecases import multipart
from darkroom.usecases.authorization import listable, writable
from darkroom.usecases.byte_ranges import parse_range
from darkroom.web.context import Call
from darkroom.web.handlers.listing import flag, page_size
from darkroom.web.handlers.objects import SOURCE, copy_source
from darkroom.web.http import Response
from darkroom.web.object_headers import may_overwrite, stored_attributes
from darkroom.web.request_checks import received
from darkroom.web.responses import OWNER, written_headers, xml
from darkroom.web.xml import element, elements, encoding_of, iso, root_of

UPLOADS = "uploads"
UPLOAD = "uploadId"
PART = "partNumber"
SOURCE_RANGE = "x-oss-copy-source-range"
COMPLETE_ALL = "x-oss-complete-all"

MOST_PARTS = 10_000
LONGEST_BODY = 2_000_000


def begin_upload(call: Call) -> Response:
    """Open an upload and answer its id."""
    bucket = writable(call.world, call.address.bucket, call.caller)
    attributes = stored_attributes(call.request.headers)
    encode, said = encoding_of(call.request.query)
    key = call.address.key
    upload_id = multipart.begin(bucket, key, attributes, call.caller, call.world)
    members = {"Bucket": bucket.name, "Key": encode(key), "UploadId": upload_id}
    return xml("InitiateMultipartUploadResult", elements({**said, **members}))


def put_part(call: Call) -> Response:
    """Keep a part: the body, or some bytes of the object that a header names."""
    upload = upload_of(call)
    number = part_number(call.request.query.get(PART))
    if SOURCE in call.request.headers:
        return _copy_part(call, upload, number)
    body = received(call.request, limit=call.world.settings.upload_limit)
    written = multipart.put_part(upload, number, body, call.world)
    return Response(status=200, headers=written_headers(written))


def _copy_part(call: Call, upload: UploadRef, number: int) -> Response:
    text = call.request.headers.get(SOURCE_RANGE)
    span = None if text is None else parse_range(text)
    if text is not None and span is None:
        raise invalid(SOURCE_RANGE, text, "Value must be bytes=first-last")
    source = replace(copy_source(call), span=span)
    written = multipart.copy_part(upload, number, source, call.world)
    now = iso(call.world.clock())
    content = elements({"LastModified": now, "ETag": f'"{written.etag}"'})
    return xml("CopyPartResult", content, {"etag": f'"{written.etag}"'})


def complete_upload(call: Call) -> Response:
    """Make the object of the parts listed, or of all that are there."""
    upload = upload_of(call)
    encode, said = encoding_of(call.request.query)
    written = multipart.complete(
        upload,
        _named(call),
        call.world,
        overwrite=may_overwrite(call.request.headers),
        remaining=call.context.remaining,
    )
    members = {
        "Location": f"http://{call.request.host}/{encode(upload.key)}",
        "Bucket": upload.bucket,
        "Key": encode(upload.key),
        "ETag": f'"{written.etag}"',
    }
    headers = written_headers(written)
    return xml("CompleteMultipartUploadResult", elements({**said, **members}), headers)


def abort_upload(call: Call) -> Response:
    """Forget an upload."""
    multipart.abort(upload_of(call), call.world)
    return Response(status=204)


def upload_of(call: Call) -> UploadRef:
    """Read which upload is meant, of a bucket that the caller may write to."""
    bucket = writable(call.world, call.address.bucket, call.caller)
    return UploadRef(bucket=bucket.name, key=call.address.key, id=call.request.query[UPLOAD])


def part_number(text: str | None) -> int:
    """Read the number of a part."""
    if text is None:
        raise missing(PART)
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        raise invalid(PART, text, "Value must be digit")
    if not 1 <= int(text) <= MOST_PARTS:
        raise invalid(PART, text, f"Value must be between 1 and {MOST_PARTS}")
    return int(text)


def _named(call: Call) -> list[multipart.Named] | None:
    """Read the list of parts; none where the caller means all, and then without a body."""
    if call.request.headers.get(COMPLETE_ALL, "").lower() == "yes":
        if call.request.body:
            raise invalid(COMPLETE_ALL, "yes", "There may be no list of parts as well")
        return None
    body = received(call.request, limit=LONGEST_BODY)
    nodes = root_of(body, "CompleteMultipartUpload", limit=LONGEST_BODY).findall("Part")
    if not 0 < len(nodes) <= MOST_PARTS:
        raise OssError(Code.MALFORMED_XML, f"A list names 1 to {MOST_PARTS} parts.")
    return [_name(node) for node in nodes]


def _name(node: Element) -> multipart.Named:
    number, etag = node.findtext("PartNumber"), node.findtext("ETag")
    if number is None or etag is None:
        raise OssError(Code.MALFORMED_XML)
    return part_number(number.strip()), etag.strip().strip('"').upper()


def list_parts(call: Call) -> Response:
    """Answer a page of the parts that are there."""
    upload = upload_of(call)
    query = call.request.query
    encode, said = encoding_of(query)
    limit = page_size(query, "max-parts", "1000")
    marker = query.get("part-number-marker") or "0"
    after = 0 if marker == "0" else part_number(marker)
    found = [part for part in multipart.parts_of(upload, call.world) if part.number > after]
    shown = found[:limit]
    head = {
        **said,
        "Bucket": upload.bucket,
        "Key": encode(upload.key),
        "UploadId": upload.id,
        "StorageClass": "Standard",
        "PartNumberMarker": marker,
        "NextPartNumberMarker": str(shown[-1].number) if shown else marker,
        "MaxParts": str(limit),
        "IsTruncated": flag(len(found) > limit),
    }
    return xml("ListPartsResult", elements(head) + "".join(map(_part, shown)))


def list_uploads(call: Call) -> Response:
    """Answer a page of the uploads that are open."""
    bucket = listable(call.world, call.address.bucket, call.caller)
    query = call.request.query
    encode, said = encoding_of(query)
    listing = Listing(
        prefix=query.get("prefix", ""),
        delimiter=query.get("delimiter", ""),
        limit=page_size(query, "max-uploads", "1000"),
    )
    after = (query.get("key-marker", ""), query.get("upload-id-marker", ""))
    page = multipart.list_uploads(bucket, listing, after, call.world)
    onward = page.onward or ("", "")
    head = {
        **said,
        "Bucket": bucket.name,
        "Prefix": encode(listing.prefix),
        "Delimiter": encode(listing.delimiter),
        "KeyMarker": encode(after[0]),
        "UploadIdMarker": after[1],
        "NextKeyMarker": encode(onward[0]),
        "NextUploadIdMarker": onward[1],
        "MaxUploads": str(listing.limit),
        "IsTruncated": flag(page.onward is not None),
    }
    begun = (element("Upload", _begun(entry, encode(entry.key))) for entry in page.uploads)
    shared = (
        element("CommonPrefixes", elements({"Prefix": encode(prefix)})) for prefix in page.prefixes
    )
    return xml("ListMultipartUploadsResult", elements(head) + "".join(begun) + "".join(shared))


def _part(part: UploadedPart) -> str:
    return element(
        "Part",
        elements(
            {
                "PartNumber": str(part.number),
                "LastModified": iso(part.last_modified),
                "ETag": f'"{part.etag}"',
                "Size": str(part.size),
            }
        ),
    )


def _begun(upload: BegunUpload, key: str) -> str:
    members = {
        "Key": key,
        "UploadId": upload.id,
        "StorageClass": upload.storage_class,
        "Initiated": iso(upload.begun),
    }
    return elements(members) + OWNER
