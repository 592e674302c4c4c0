"""Plain addresses that end with a style: `photo.jpg!small` (spec 04 §2.1)."""

from darkroom.usecases.access import bucket_named
from darkroom.usecases.asked import STYLE
from darkroom.usecases.delimiters import styled, telling_missing_styles
from darkroom.web.call import Call, Handler
from darkroom.web.messages import Response
from darkroom.web.reading import processed


def delimited(plain: Handler) -> Handler:
    """Answer the picture in its style where the path names one, else the plain object."""

    def answer(call: Call) -> Response:
        bucket = bucket_named(call.world, call.address.bucket)
        split = styled(call.address.key, bucket, call.world)
        if split is not None:
            return processed(call, split.key, STYLE + split.style)
        with telling_missing_styles(call.address.key, bucket, call.world):
            return plain(call)

    return answer
