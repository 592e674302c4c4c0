"""Lists of the parts of an upload, and of the uploads to a bucket."""

from darkroom.ports.listing import Listing
from darkroom.ports.uploads import BegunUpload, UploadedPart
from darkroom.usecases import uploads
from darkroom.usecases.access import listable
from darkroom.web.bodies import element, elements
from darkroom.web.call import Call
from darkroom.web.dates import iso
from darkroom.web.encoding import encoding_of
from darkroom.web.listing import flag, page_size
from darkroom.web.messages import Response
from darkroom.web.replies import OWNER, xml
from darkroom.web.uploads import part_number, upload_of


def list_parts(call: Call) -> Response:
    """Answer a page of the parts that are there."""
    upload = upload_of(call)
    query = call.request.query
    encode, said = encoding_of(query)
    limit = page_size(query, "max-parts", "1000")
    marker = query.get("part-number-marker") or "0"
    after = 0 if marker == "0" else part_number(marker)
    found = [part for part in uploads.parts_of(upload, call.world) if part.number > after]
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
    page = uploads.list_uploads(bucket, listing, after, call.world)
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
