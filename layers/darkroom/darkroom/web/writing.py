"""PUT and DELETE of objects (spec 01 §7)."""

from darkroom.errors import Code, OssError
from darkroom.usecases.access import writable
from darkroom.usecases.storing import Upload, remove, store
from darkroom.web import copying
from darkroom.web.attributes import may_overwrite, stored_attributes
from darkroom.web.call import Call
from darkroom.web.messages import Response
from darkroom.web.reading import VERSION
from darkroom.web.receiving import received
from darkroom.web.replies import written_headers


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
    with call.context.stage("store"):
        written = store(bucket, upload, call.caller, call.world)
    return Response(status=200, headers=written_headers(written))


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
