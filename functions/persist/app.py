"""Queue entry: jobs and store events in, finished targets and the messages to redeliver out."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from darkroom.aws.bootstrap import build
from darkroom.aws.xray import Traces
from darkroom.errors import Failure
from darkroom.imaging.steps import Context
from darkroom.settings import Settings, SettingsError
from darkroom.telemetry.log_context import Journal
from darkroom.telemetry.log_sampling import LOG, Verbosity, hush_libraries
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.jobs.messages import Delivery, Verdict, deliver, fail
from darkroom.usecases.services import Worker

RESERVE_SECONDS = 5.0
"""Kept back of the function's time, to write what is ready and to give the rest back."""

METRICS = {"accepted": "JobsAccepted", "done": "JobsDone", "failed": "JobsFailed"}

hush_libraries()
logger = Logger(service=LOG, use_rfc3339=True)
metrics = Metrics(namespace="Darkroom", service=LOG)
traces = Traces(environ=os.environ)
world = build(Settings.from_environ(os.environ))
if world.workshop is None:
    raise SettingsError(
        "DARKROOM_JOBS_QUEUE, DARKROOM_DEAD_LETTER_QUEUE and DARKROOM_TABLE are needed"
    )
workshop = world.workshop
verbosity = Verbosity(level=world.settings.log_level, share=world.settings.debug_share)


@metrics.log_metrics
def handler(event: Mapping[str, Any], lambda_context: LambdaContext) -> dict[str, Any]:
    """Work through a batch; what is not done by its end comes again."""

    def remaining() -> float:
        return lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS

    worker = Worker(
        name=lambda_context.aws_request_id,
        world=world,
        workshop=workshop,
        context=Context(limits=world.limits, remaining=remaining),
    )
    again = [record["messageId"] for record in event["Records"] if not _handled(record, worker)]
    metrics.add_metric(name="MessagesRetried", unit=MetricUnit.Count, value=len(again))
    return {"batchItemFailures": [{"itemIdentifier": name} for name in again]}


def _handled(record: Mapping[str, Any], worker: Worker) -> bool:
    """Tell whether the message is done with, one way or the other."""
    watch, journal = Stopwatch(), Journal()
    verbosity.settle()
    context = replace(worker.context, stage=watch.stage, journal=journal)
    delivery = Delivery(
        body=record["body"],
        receipt=record["receiptHandle"],
        number=int(record["attributes"]["ApproximateReceiveCount"]),
    )
    logger.thread_safe_append_keys(message_id=record["messageId"], receive_count=delivery.number)
    try:
        verdict = _judged(delivery, replace(worker, context=context))
    except Exception as error:
        # Queue or table cannot be reached: the message comes again by itself.
        logger.exception("failed")
        traces.tell("message", watch, {}, Failure.of(error))
        return False
    logger.info(verdict.summary, extra=verdict.line(journal, watch))
    traces.tell("message", watch, verdict.annotations(journal), verdict.failure)
    for kind, count in verdict.jobs.items():
        metrics.add_metric(name=METRICS[kind], unit=MetricUnit.Count, value=count)
    return verdict.done


def _judged(delivery: Delivery, worker: Worker) -> Verdict:
    try:
        return deliver(delivery, worker)
    except Exception as error:
        logger.exception("failed")
        return fail(delivery, error, worker)
