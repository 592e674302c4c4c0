"""Uploads in parts: `?uploads` and `?uploadId`."""

from dataclasses import replace
from xml.etree.ElementTree import Element

from darkroom.errors import Code, OssError, invalid, missing
from darkroom.ports.uploads import UploadRef
from darkroom.usecases import uploads
from darkroom.usecases.access import writable
from darkroom.usecases.parts import parse_range
from darkroom.web.attributes import may_overwrite, stored_attributes
from darkroom.web.bodies import elements
from darkroom.web.call import Call
from darkroom.web.copying import SOURCE, copy_source
from darkroom.web.dates import iso
from darkroom.web.documents import root_of
from darkroom.web.encoding import encoding_of
from darkroom.web.messages import Response
from darkroom.web.receiving import received
from darkroom.web.replies import written_headers, xml

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
    upload_id = uploads.begin(bucket, key, attributes, call.caller, call.world)
    members = {"Bucket": bucket.name, "Key": encode(key), "UploadId": upload_id}
    return xml("InitiateMultipartUploadResult", elements({**said, **members}))


def put_part(call: Call) -> Response:
    """Keep a part: the body, or some bytes of the object that a header names."""
    upload = upload_of(call)
    number = part_number(call.request.query.get(PART))
    if SOURCE in call.request.headers:
        return _copy_part(call, upload, number)
    body = received(call.request, limit=call.world.settings.upload_limit)
    written = uploads.put_part(upload, number, body, call.world)
    return Response(status=200, headers=written_headers(written))


def _copy_part(call: Call, upload: UploadRef, number: int) -> Response:
    text = call.request.headers.get(SOURCE_RANGE)
    span = None if text is None else parse_range(text)
    if text is not None and span is None:
        raise invalid(SOURCE_RANGE, text, "Value must be bytes=first-last")
    source = replace(copy_source(call), span=span)
    written = uploads.copy_part(upload, number, source, call.world)
    now = iso(call.world.clock())
    content = elements({"LastModified": now, "ETag": f'"{written.etag}"'})
    return xml("CopyPartResult", content, {"etag": f'"{written.etag}"'})


def complete_upload(call: Call) -> Response:
    """Make the object of the parts listed, or of all that are there."""
    upload = upload_of(call)
    encode, said = encoding_of(call.request.query)
    written = uploads.complete(
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
    uploads.abort(upload_of(call), call.world)
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


def _named(call: Call) -> list[uploads.Named] | None:
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


def _name(node: Element) -> uploads.Named:
    number, etag = node.findtext("PartNumber"), node.findtext("ETag")
    if number is None or etag is None:
        raise OssError(Code.MALFORMED_XML)
    return part_number(number.strip()), etag.strip().strip('"').upper()
