"""HTTP entry: an API Gateway or function URL event in, a picture or an OSS error out."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws.snapshot import prepare
from darkroom.aws.world import build
from darkroom.errors import Code, OssError
from darkroom.settings import Settings
from darkroom.steps import Context
from darkroom.timing import Stopwatch
from darkroom.usecases.results import FromStore
from darkroom.web import cors
from darkroom.web.delivery import bounded
from darkroom.web.kinds import kind_of
from darkroom.web.messages import Request, Response
from darkroom.web.payload import http_reply, http_request
from darkroom.web.replies import common_headers, refused, without_body
from darkroom.web.routes import answer

RESERVE_SECONDS = 2.0
"""Kept back of the function's time, to encode what is ready or to say that it is not."""

logger = Logger(service="darkroom-process")
metrics = Metrics(namespace="Darkroom", service="darkroom")
world = build(Settings.from_environ(os.environ))
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    prepare(world.settings.fonts)


def handler(event: Mapping[str, Any], lambda_context: LambdaContext) -> dict[str, Any]:
    """Answer one request, whatever happens."""
    watch = Stopwatch()
    request_id = secrets.token_hex(12).upper()
    request = http_request(event)

    def remaining() -> float:
        return lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS

    context = Context(limits=world.limits, remaining=remaining, stage=watch.stage)
    response = _answered(request, context, request_id)
    logger.info(
        "answered",
        extra={
            "request_id": request_id,
            "method": request.method,
            "status": response.status,
            "from_store": response.from_store,
            "seconds": watch.seconds,
        },
    )
    if response.trouble is not None:
        logger.warning("results store failed", exc_info=response.trouble)
    _count(request, response, watch)
    headers = {
        **cors.headers_of(request, world),
        **response.headers,
        **common_headers(request_id, watch, world.clock()),
    }
    return http_reply(replace(response, headers=headers))


def _count(request: Request, response: Response, watch: Stopwatch) -> None:
    """Leave the request's figures for CloudWatch, by its kind."""
    kind = kind_of(request)
    sent = len(response.body) if isinstance(response.body, bytes) else 0
    metrics.add_dimension(name="operation", value=kind)
    metrics.add_metric(name="Requests", unit=MetricUnit.Count, value=1)
    metrics.add_metric(name="Latency", unit=MetricUnit.Milliseconds, value=1000 * watch.total)
    metrics.add_metric(name="BytesIn", unit=MetricUnit.Bytes, value=len(request.body))
    metrics.add_metric(name="BytesOut", unit=MetricUnit.Bytes, value=sent)
    if response.from_store is not FromStore.OFF:
        hits = int(response.from_store is FromStore.HIT)
        metrics.add_metric(name="StoreHits", unit=MetricUnit.Count, value=hits)
    if response.trouble is not None:
        metrics.add_metric(name="StoreFailures", unit=MetricUnit.Count, value=1)
    if kind == "async" and request.method == "POST" and response.status == HTTPStatus.OK:
        metrics.add_metric(name="JobsAccepted", unit=MetricUnit.Count, value=1)
    metrics.flush_metrics()


def _answered(request: Request, context: Context, request_id: str) -> Response:
    head = request.method == "HEAD"
    try:
        response = answer(request, world, context)
        if head:
            return without_body(response)
        limit = world.settings.reply_limit
        with context.stage("deliver"):
            return bounded(response, limit, links=world.links, results=world.results)
    except OssError as error:
        if error.ours:
            logger.exception("failed", extra={"request_id": request_id})
        refusal = error
    except Exception:
        logger.exception("failed", extra={"request_id": request_id})
        refusal = OssError(Code.INTERNAL_ERROR)
    host = request.headers.get("host", "")
    return refused(refusal, request_id=request_id, host=host, head=head)
