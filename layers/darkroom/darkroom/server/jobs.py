"""`darkroom work`: runs the jobs of the queue until a stop signal."""

import argparse
import logging
import os
import secrets
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Self

from darkroom.aws.bootstrap import build_services
from darkroom.ports.jobs import ReceivedMessage
from darkroom.server.log_lines import log_as_json
from darkroom.server.options import ServerOptions
from darkroom.server.pictures import PictureGate
from darkroom.settings import Settings
from darkroom.telemetry.logs import LogContext
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.jobs.messages import (
    MessageOutcome,
    QueueMessage,
    handle_crash,
    handle_message,
)
from darkroom.usecases.services import JobServices, JobWorker, Services

JOB_SECONDS = 115.0
"""Seconds for a message, as many as the function has for a batch less its reserve."""

VISIBILITY_SECONDS = 150
"""Seconds after which the message of a worker that was killed is delivered again."""

RETRY_SECONDS = 2.0
"""Pause after a failed request to the queue."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class JobPoller:
    """Receives messages one by one and handles them, on a number of threads."""

    services: Services
    jobs: JobServices
    gate: PictureGate
    threads: int = 1
    wait: int
    """Seconds that the queue waits for a message before it answers that there is none."""
    seconds: float = JOB_SECONDS
    """Time for a message."""
    visibility: int = VISIBILITY_SECONDS
    """Longer than the time for a message and the lease of its job."""
    _stopped: threading.Event = field(default_factory=threading.Event, repr=False)
    _running: list[threading.Thread] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, services: Services, gate: PictureGate, *, wait: int, threads: int = 1) -> Self:
        """Build the poller of a deployment; raises `SettingsError` for one without a queue."""
        jobs = services.require_jobs()
        return cls(services=services, jobs=jobs, gate=gate, wait=wait, threads=threads)

    def start(self) -> None:
        """Start the threads."""
        self._running = [
            threading.Thread(target=self._poll, name="jobs") for _ in range(self.threads)
        ]
        for thread in self._running:
            thread.start()

    def stop(self) -> None:
        """Receive no further message, and wait for those that are being handled."""
        self._stopped.set()
        for thread in self._running:
            thread.join()

    def _poll(self) -> None:
        while not self._stopped.is_set():
            try:
                self.once()
            except Exception:  # one message must not end the polling of all
                log.exception("failed")
                self._stopped.wait(RETRY_SECONDS)

    def once(self) -> bool:
        """Receive and handle one message; return whether there was one."""
        received = self.jobs.receiver.receive(wait=self.wait, visibility=self.visibility)
        if received is None:
            return False
        if self._handle(received):
            self.jobs.receiver.delete(received)
        return True

    def _handle(self, received: ReceivedMessage) -> bool:
        """Handle a message; return whether it may be deleted."""
        stopwatch, log_context = Stopwatch(), LogContext()
        deadline = monotonic() + self.seconds

        def remaining() -> float:
            return deadline - monotonic()

        context = self.services.processing_context(
            remaining,
            stage=stopwatch.stage,
            log_context=log_context,
            pixel_memory=lambda size: self.gate.pixels(size, remaining),
        )
        worker = JobWorker(
            name=secrets.token_hex(12), services=self.services, jobs=self.jobs, context=context
        )
        message = QueueMessage(
            body=received.body,
            receipt_handle=received.receipt,
            receive_count=received.receive_count,
        )
        logged = {"message_id": received.id, "receive_count": received.receive_count}
        try:
            with self.gate.slot(remaining):
                outcome = _handle_errors(message, worker, logged)
        except Exception:
            # The queue or the table cannot be reached: SQS delivers the message again by itself.
            log.exception("failed", extra=logged)
            return False
        log.info(outcome.summary, extra={**logged, **outcome.log_fields(log_context, stopwatch)})
        return outcome.done


def _handle_errors(
    message: QueueMessage, worker: JobWorker, logged: dict[str, object]
) -> MessageOutcome:
    try:
        return handle_message(message, worker)
    except Exception as error:
        log.exception("failed", extra=logged)
        return handle_crash(message, error, worker)


def work(arguments: Sequence[str]) -> int:
    """Run jobs until SIGINT or SIGTERM; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="darkroom work", description="Run the jobs of the queue until a stop signal."
    )
    parser.parse_args(arguments)
    options = ServerOptions.from_environ(os.environ)
    settings = options.apply_to(Settings.from_environ(os.environ))
    log_as_json(settings.log_level)
    services = build_services(settings)
    gate = PictureGate(
        pictures=options.pictures, waiting=options.pictures, memory=services.limits.memory
    )
    poller = JobPoller.of(services, gate, wait=options.queue_wait, threads=options.pictures)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    poller.start()
    log.info("ready")
    while not stopped.wait(0.2):
        pass
    poller.stop()
    return 0
