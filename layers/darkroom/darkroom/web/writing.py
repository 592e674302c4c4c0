"""PUT and DELETE of objects (spec 01 §7)."""

import base64

from darkroom.errors import Code, OssError
from darkroom.ports import Written
from darkroom.usecases.access import writable
from darkroom.usecases.storing import Upload, remove, store
from darkroom.web import copying
from darkroom.web.attributes import may_overwrite, stored_attributes
from darkroom.web.call import Call
from darkroom.web.messages import Response
from darkroom.web.reading import VERSION
from darkroom.web.receiving import received
from darkroom.web.replies import CRC64


def put_object(call: Call) -> Response:
    """Store the body, or copy the object that a header names."""
    if copying.SOURCE in call.request.headers:
        return copying.copy_object(call)
    bucket = writable(call.world, call.address.bucket, call.caller)
    headers = call.request.headers
    upload = Upload(
        key=call.address.key,
        attributes=stored_attributes(headers),
        overwrite=may_overwrite(headers),
        body=received(call.request, limit=call.world.settings.upload_limit),
    )
    return _stored(store(bucket, upload, call.caller, call.world))


def refuse_processing(call: Call) -> Response:
    """Refuse to process what is being stored (C-15)."""
    del call
    raise OssError(Code.INVALID_ARGUMENT, "x-oss-process is not for PUT requests.")


def delete_object(call: Call) -> Response:
    """Remove the object, there or not."""
    address = call.address
    version_id = call.request.query.get(VERSION)
    remove(address.bucket, address.key, call.caller, call.world, version_id=version_id)
    return Response(status=204)


def _stored(written: Written) -> Response:
    return Response(status=200, headers=written_headers(written))


def written_headers(written: Written) -> dict[str, str]:
    """Tell what was stored, as far as it is known."""
    headers = {"etag": f'"{written.etag}"'}
    if written.md5 is not None:
        headers["content-md5"] = base64.b64encode(written.md5).decode()
    if written.crc64 is not None:
        headers[CRC64] = str(written.crc64)
    if written.version_id is not None:
        headers["x-oss-version-id"] = written.version_id
    return headers
