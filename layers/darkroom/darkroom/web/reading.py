"""GET and HEAD of objects, as stored and processed (spec 01 §3)."""

from darkroom.usecases.objects import describe, fetch
from darkroom.usecases.render import Rendering, render
from darkroom.web import replies
from darkroom.web.call import Call
from darkroom.web.messages import Response

PROCESS = "x-oss-process"


def get_processed(call: Call) -> Response:
    """Answer a picture put through the process of the query."""
    rendering = Rendering(
        bucket=call.address.bucket,
        key=call.address.key,
        process=call.request.query[PROCESS],
        caller=call.caller,
        conditions=call.conditions,
    )
    return replies.processed(render(rendering, call.world, call.context))


def get_object(call: Call) -> Response:
    """Answer an object as it is stored."""
    address = call.address
    fetched = fetch(address.bucket, address.key, call.conditions, call.caller, call.world)
    return replies.plain(fetched)


def head_object(call: Call) -> Response:
    """Answer what is known of an object."""
    address = call.address
    fetched = describe(address.bucket, address.key, call.conditions, call.caller, call.world)
    return replies.plain(fetched)
