"""Metrics for Prometheus, of all worker processes; health and readiness."""

import os
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from darkroom.server.pictures import PictureGate
from darkroom.web.access_log import RequestRecord

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Variable of the folder in which the processes share their numbers."""

LABELS = ("operation", "outcome")

COUNTED = (
    "Requests",
    "BytesIn",
    "BytesOut",
    "ResultCacheHits",
    "ResultCacheFailures",
    "JobsAccepted",
)
"""CloudWatch's metrics that are sums; `Latency` is a histogram."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_PROCESS_FILE = re.compile(r"gauge_live\w+_(\d+)\.db")


def metric_name(name: str) -> str:
    """Return Prometheus's name of a CloudWatch metric."""
    return "darkroom_" + _WORD.sub("_", name).lower()


class ServerMetrics:
    """The numbers of this process; a scrape of any process returns those of all."""

    def __init__(self) -> None:
        """Create the metrics in a registry of their own."""
        registry = CollectorRegistry()
        self._counters = {
            name: Counter(metric_name(name), f"Sum of {name}", LABELS, registry=registry)
            for name in COUNTED
        }
        self._latency = Histogram(
            metric_name("LatencySeconds"),
            "Seconds until the response was sent",
            LABELS,
            buckets=BUCKETS,
            registry=registry,
        )
        self._open, self._at_work, self._waiting = (
            Gauge(metric_name(name), text, multiprocess_mode="livesum", registry=registry)
            for name, text in (
                ("OpenRequests", "Requests that are being answered"),
                ("PicturesAtWork", "Pictures that are being processed"),
                ("PicturesWaiting", "Pictures that wait to be processed"),
            )
        )
        self._registry = registry

    def add(self, record: RequestRecord) -> None:
        """Count an answered request."""
        labels = record.dimensions
        for name, _, value in record.metrics():
            if name in self._counters:
                self._counters[name].labels(**labels).inc(value)
            else:
                self._latency.labels(**labels).observe(value / 1000)

    def observe_load(self, open_requests: int, gate: PictureGate) -> None:
        """Set the gauges."""
        self._open.set(open_requests)
        self._at_work.set(gate.at_work)
        self._waiting.set(gate.in_queue)

    async def respond(
        self, path: str, send: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> None:
        """Answer a request to the management port."""
        status, content_type, body = 200, "text/plain; charset=utf-8", b"ok\n"
        if path == "/metrics":
            content_type, body = CONTENT_TYPE_LATEST, self.scrape()
        elif path not in ("/health", "/ready"):
            status, body = 404, b"not found\n"
        headers = [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def scrape(self) -> bytes:
        """Return the text of all metrics."""
        folder = os.environ.get(FOLDER)
        if folder is None:
            return generate_latest(self._registry)
        _forget_dead_processes(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _forget_dead_processes(folder: Path) -> None:
    """Drop the gauges of processes that were killed."""
    found = (_PROCESS_FILE.fullmatch(path.name) for path in folder.iterdir())
    for number in {int(match[1]) for match in found if match}:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            mark_process_dead(number)  # type: ignore[no-untyped-call]
