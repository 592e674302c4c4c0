"""HTTP entry: an API Gateway or function URL event in, a picture or an OSS error out."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws.world import build
from darkroom.errors import Code, OssError
from darkroom.settings import Settings
from darkroom.steps import Context
from darkroom.web.delivery import bounded
from darkroom.web.messages import Request, Response
from darkroom.web.payload import http_reply, http_request
from darkroom.web.replies import common_headers, refused, without_body
from darkroom.web.routes import answer

RESERVE_SECONDS = 2.0
"""Kept back of the function's time, to encode what is ready or to say that it is not."""

logger = Logger(service="darkroom-process")
world = build(Settings.from_environ(os.environ))


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, whatever happens."""
    started = perf_counter()
    request_id = secrets.token_hex(12).upper()
    request = http_request(event)
    response = _answered(request, request_id, context)
    if request.method == "HEAD":
        response = without_body(response)
    milliseconds = round((perf_counter() - started) * 1000)
    logger.info(
        "answered",
        extra={
            "request_id": request_id,
            "method": request.method,
            "status": response.status,
            "milliseconds": milliseconds,
        },
    )
    common = common_headers(request_id, milliseconds, world.clock())
    return http_reply(replace(response, headers={**response.headers, **common}))


def _answered(request: Request, request_id: str, context: LambdaContext) -> Response:
    def remaining() -> float:
        return context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS

    steps = Context(limits=world.limits, remaining=remaining)
    try:
        response = answer(request, world, steps)
        if request.method == "HEAD":
            return response
        limit = world.settings.reply_limit
        return bounded(response, limit, links=world.links, results=world.results)
    except OssError as error:
        if error.status >= 500:
            logger.exception("failed", extra={"request_id": request_id})
        return _refused(error, request, request_id)
    except Exception:
        logger.exception("failed", extra={"request_id": request_id})
        return _refused(OssError(Code.INTERNAL_ERROR), request, request_id)


def _refused(error: OssError, request: Request, request_id: str) -> Response:
    host = request.headers.get("host", "")
    return refused(error, request_id=request_id, host=host, head=request.method == "HEAD")
