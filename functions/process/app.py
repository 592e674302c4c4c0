"""HTTP entry: an API Gateway or function URL event in, a picture or an OSS error out."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws.bootstrap import build
from darkroom.aws.snapstart import prepare
from darkroom.aws.xray import Traces
from darkroom.errors import Code, OssError
from darkroom.imaging.steps import Context
from darkroom.settings import Settings
from darkroom.telemetry.log_sampling import LOG, Verbosity, hush_libraries
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.web import cors
from darkroom.web.access_log import Account
from darkroom.web.dispatch import answer
from darkroom.web.http import Request, Response
from darkroom.web.lambda_events import http_reply, http_request
from darkroom.web.responses import bounded, common_headers, refused, without_body

RESERVE_SECONDS = 2.0
"""Kept back of the function's time, to encode what is ready or to say that it is not."""

hush_libraries()
logger = Logger(service=LOG, use_rfc3339=True)
metrics = Metrics(namespace="Darkroom", service=LOG)
traces = Traces(environ=os.environ)
world = build(Settings.from_environ(os.environ))
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prepare(world.settings.fonts)
verbosity = Verbosity(level=world.settings.log_level, share=world.settings.debug_share)


def handler(event: Mapping[str, Any], lambda_context: LambdaContext) -> dict[str, Any]:
    """Answer one request, whatever happens."""
    watch = Stopwatch()
    request_id = secrets.token_hex(12).upper()
    logger.thread_safe_append_keys(request_id=request_id)
    verbosity.settle()
    request = http_request(event)

    def remaining() -> float:
        return lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS

    context = Context(limits=world.limits, remaining=remaining, stage=watch.stage)
    response = _answered(request, context, request_id)
    account = Account(request=request, response=response, watch=watch, journal=context.journal)
    logger.info("request", extra=account.line())
    if response.trouble is not None:
        logger.warning("result cache failed", exc_info=response.trouble)
    _count(account)
    found_by = {**account.annotations(), "request_id": request_id}
    traces.tell("request", watch, found_by, response.failure)
    headers = {
        **cors.headers_of(request, world),
        **response.headers,
        **common_headers(request_id, watch, world.clock()),
    }
    return http_reply(replace(response, headers=headers))


def _count(account: Account) -> None:
    """Leave the request's figures for CloudWatch."""
    for name, value in account.dimensions.items():
        metrics.add_dimension(name=name, value=value)
    for name, unit, figure in account.figures():
        metrics.add_metric(name=name, unit=unit, value=figure)
    metrics.flush_metrics()


def _answered(request: Request, context: Context, request_id: str) -> Response:
    try:
        return _carried(request, context)
    except OssError as error:
        if error.ours:
            logger.exception("failed")
        refusal = error
    except Exception:
        logger.exception("failed")
        refusal = OssError(Code.INTERNAL_ERROR)
    host, head = request.headers.get("host", ""), request.method == "HEAD"
    return refused(refusal, request_id=request_id, host=host, head=head)


def _carried(request: Request, context: Context) -> Response:
    response = answer(request, world, context)
    if request.method == "HEAD":
        return without_body(response)
    with context.stage("deliver"):
        limit = world.settings.reply_limit
        return bounded(response, limit, links=world.links, results=world.results)
