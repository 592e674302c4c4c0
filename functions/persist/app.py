"""Entry of the job queue: an SQS batch in, stored targets and the messages to redeliver out."""

import gc

# Nothing that an import creates is garbage: to look for it would take a tenth of the start.
gc.disable()

import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec.structs import replace

from darkroom.aws.bootstrap import build_services
from darkroom.aws.xray import XRayTraces
from darkroom.errors import Failure
from darkroom.settings import Settings
from darkroom.telemetry.logs import LOGGER_NAME, LogContext, LogSampling, silence_libraries
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.jobs.messages import (
    MessageOutcome,
    QueueMessage,
    handle_crash,
    handle_message,
)
from darkroom.usecases.services import JobWorker

RESERVE_SECONDS = 5.0
"""Subtracted from the function's time: enough to store a result and to return the batch."""

METRICS = {"accepted": "JobsAccepted", "done": "JobsDone", "failed": "JobsFailed"}

silence_libraries()
logger = Logger(service=LOGGER_NAME, use_rfc3339=True)
metrics = Metrics(namespace="Darkroom", service=LOGGER_NAME)
traces = XRayTraces(environ=os.environ)
services = build_services(Settings.from_environ(os.environ))
job_services = services.require_jobs()
sampling = LogSampling(level=services.settings.log_level, rate=services.settings.debug_sample_rate)

gc.freeze()
gc.enable()


@metrics.log_metrics
def handler(event: Mapping[str, Any], lambda_context: LambdaContext) -> dict[str, Any]:
    """Handle a batch of messages; return the ids of those that stay in the queue."""
    metrics.clear_metrics()  # Powertools keeps them where they are disabled

    def remaining() -> float:
        return lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS

    worker = JobWorker(
        name=lambda_context.aws_request_id,
        services=services,
        jobs=job_services,
        context=services.processing_context(remaining),
    )
    retried = [
        record["messageId"] for record in event["Records"] if not _process_record(record, worker)
    ]
    metrics.add_metric(name="MessagesRetried", unit=MetricUnit.Count, value=len(retried))
    return {"batchItemFailures": [{"itemIdentifier": name} for name in retried]}


def _process_record(record: Mapping[str, Any], worker: JobWorker) -> bool:
    """Handle one message; return whether it may be deleted from the queue."""
    stopwatch, log_context = Stopwatch(), LogContext()
    sampling.choose_level()
    context = replace(worker.context, stage=stopwatch.stage, log_context=log_context)
    message = QueueMessage(
        body=record["body"],
        receipt_handle=record["receiptHandle"],
        receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
    )
    logger.thread_safe_append_keys(
        message_id=record["messageId"], receive_count=message.receive_count
    )
    try:
        outcome = _handle_errors(message, replace(worker, context=context))
    except Exception as error:
        # The queue or the table cannot be reached: SQS delivers the message again by itself.
        logger.exception("failed")
        traces.send("message", stopwatch, {}, Failure.of(error))
        return False
    logger.info(outcome.summary, extra=outcome.log_fields(log_context, stopwatch))
    traces.send("message", stopwatch, outcome.annotations(log_context), outcome.failure)
    for kind, count in outcome.jobs.items():
        metrics.add_metric(name=METRICS[kind], unit=MetricUnit.Count, value=count)
    return outcome.done


def _handle_errors(message: QueueMessage, worker: JobWorker) -> MessageOutcome:
    try:
        return handle_message(message, worker)
    except Exception as error:
        logger.exception("failed")
        return handle_crash(message, error, worker)
