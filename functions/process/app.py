"""HTTP entry: an API Gateway or function URL event in, a picture or an OSS error out."""

import gc

# Nothing that an import creates is garbage: to look for it would take a tenth of the start.
gc.disable()

import os
import secrets
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws.bootstrap import build_services
from darkroom.aws.xray import XRayTraces
from darkroom.settings import Settings
from darkroom.telemetry.logs import LOGGER_NAME, LogSampling, silence_libraries
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.web.access_log import RequestRecord
from darkroom.web.dispatch import answer
from darkroom.web.exchange import Exchange
from darkroom.web.lambda_events import request_from_event, response_to_event

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
    if event.get("source") == "aws.events":
        return {}  # The daily invocation of the template, which keeps the snapshot.
    stopwatch = Stopwatch()
    request_id = secrets.token_hex(12).upper()
    logger.thread_safe_append_keys(request_id=request_id)
    sampling.choose_level()

    def remaining() -> float:
        return lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS

    exchange = Exchange(
        request=request_from_event(event),
        request_id=request_id,
        services=services,
        processing=services.processing_context(remaining, stage=stopwatch.stage),
        stopwatch=stopwatch,
    )
    try:
        response = exchange.fit(answer(exchange.admit()))
    except Exception as error:
        response = exchange.refuse(error)
        if response.failure and response.failure.is_server_error:
            logger.exception("failed")
    _record(exchange.record(response), request_id)
    return response_to_event(exchange.complete(response))


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
    metrics.clear_metrics()  # Powertools keeps them where they are disabled
    annotations = {**record.annotations(), "request_id": request_id}
    traces.send("request", record.stopwatch, annotations, record.response.failure)
