"""HTTP entry: an API Gateway or function URL event in, a picture or an OSS error out."""

import gc

# Nothing that an import creates is garbage: to look for it would take a tenth of the start.
gc.disable()

import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws.bootstrap import build_services
from darkroom.aws.xray import XRayTraces
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.settings import Settings
from darkroom.telemetry.logs import LOGGER_NAME, LogSampling, silence_libraries
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.web.access_log import RequestRecord
from darkroom.web.cors import with_cors_headers
from darkroom.web.dispatch import dispatch, locate
from darkroom.web.lambda_events import request_from_event, response_to_event
from darkroom.web.responses import (
    common_headers,
    error_response,
    fit_reply_limit,
    head_response,
    sandbox_headers,
)

RESERVE_SECONDS = 2.0
"""Subtracted from the function's time: enough to encode a result or to answer an error."""

silence_libraries()
logger = Logger(service=LOGGER_NAME, use_rfc3339=True)
metrics = Metrics(namespace="Darkroom", service=LOGGER_NAME)
traces = XRayTraces(environ=os.environ)
services = build_services(Settings.from_environ(os.environ))
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    # Other functions start sooner without it.
    from darkroom.aws.snapstart import register_hooks

    register_hooks(services.settings.fonts, services.engine)
sampling = LogSampling(level=services.settings.log_level, rate=services.settings.debug_sample_rate)

gc.freeze()
gc.enable()


def handler(event: Mapping[str, Any], lambda_context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP request; any exception after the event is read becomes an OSS error."""
    stopwatch = Stopwatch()
    request_id = secrets.token_hex(12).upper()
    logger.thread_safe_append_keys(request_id=request_id)
    sampling.choose_level()

    def remaining() -> float:
        return lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS

    request, bucket = request_from_event(event), None
    processing = ProcessingContext(
        limits=services.limits,
        remaining=remaining,
        fonts=services.settings.fonts,
        engine=services.engine,
        stage=stopwatch.stage,
    )
    try:
        target = locate(request, services)
        bucket = target.known_bucket
        response = dispatch(request, target, services, processing)
        if request.method == "HEAD":
            response = head_response(response)
        else:
            with processing.stage("deliver"):
                response = fit_reply_limit(
                    response,
                    services.settings.reply_limit,
                    presigner=services.presigner,
                    results=services.results,
                )
    except Exception as error:
        refusal = error if isinstance(error, OssError) else OssError(Code.INTERNAL_ERROR)
        if refusal.is_server_error:
            logger.exception("failed")
        host, head = request.headers.get("host", ""), request.method == "HEAD"
        response = error_response(refusal, request_id=request_id, host=host, head=head)
    _record(
        RequestRecord(
            request=request,
            response=response,
            stopwatch=stopwatch,
            log_context=processing.log_context,
        ),
        request_id,
    )
    headers = response.headers
    if bucket and bucket.cors:
        headers = with_cors_headers(headers, request, bucket)
    headers = {
        **headers,
        **sandbox_headers(headers),
        **common_headers(request_id, stopwatch, services.clock()),
    }
    return response_to_event(replace(response, headers=headers))


def _record(record: RequestRecord, request_id: str) -> None:
    """Write the request's log line, metrics and trace."""
    logger.info("request", extra=record.log_fields())
    if record.response.store_error is not None:
        logger.warning("result cache failed", exc_info=record.response.store_error)
    for name, value in record.dimensions.items():
        metrics.add_dimension(name=name, value=value)
    for name, unit, number in record.metrics():
        metrics.add_metric(name=name, unit=unit, value=number)
    metrics.flush_metrics()
    annotations = {**record.annotations(), "request_id": request_id}
    traces.send("request", record.stopwatch, annotations, record.response.failure)
