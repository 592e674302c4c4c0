"""Subsegments of a traced request, sent to the X-Ray daemon next to the function.

Both formats are X-Ray's: the header line with a segment document in one UDP datagram, and the
tracing header of Lambda. A request that is not sampled only has that header read.
"""

import json
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct

from darkroom.errors import Failure
from darkroom.telemetry.stopwatch import Span, Stopwatch

DAEMON = "AWS_XRAY_DAEMON_ADDRESS"
TRACE = "_X_AMZN_TRACE_ID"

HEADER = b'{"format":"json","version":1}\n'


class XRayTraces(Struct, frozen=True, kw_only=True):
    """Sends traces to the daemon that the environment names."""

    environ: Mapping[str, str]
    """Of the function, read again for each request: Lambda updates the tracing header in it."""

    def send(
        self,
        name: str,
        stopwatch: Stopwatch,
        facts: Mapping[str, str | int],
        failure: Failure | None,
    ) -> None:
        """Send the trace of a finished request, if it is sampled and there is a daemon.

        Never waits for the daemon and ignores its absence. `facts` become the annotations by which
        traces can be searched.
        """
        header = self.environ.get(TRACE, "")
        if "Sampled=1" not in header:
            return
        trace = _fields(header)
        daemon = _address(self.environ.get(DAEMON, ""))
        if trace.get("Sampled") != "1" or "Parent" not in trace or daemon is None:
            return
        document = {
            **_subsegment(stopwatch.root, stopwatch),
            **(_cause(failure) if failure else {}),
            "name": name,
            "end_time": stopwatch.epoch(stopwatch.root.start + stopwatch.total),
            "type": "subsegment",
            "trace_id": trace.get("Root", ""),
            "parent_id": trace["Parent"],
            "annotations": facts,
        }
        _send(daemon, HEADER + json.dumps(document, separators=(",", ":")).encode())


def _fields(header: str) -> dict[str, str]:
    """Read `Root=…;Parent=…;Sampled=1`."""
    pairs = (pair.partition("=") for pair in header.split(";"))
    return {name: value for name, _, value in pairs}


def _address(text: str) -> tuple[str, int] | None:
    """Read `host:port`, or the UDP part of `tcp:host:port udp:host:port`."""
    parts = text.split()
    part = next((part for part in parts if part.startswith("udp:")), text)
    host, _, port = part.removeprefix("udp:").rpartition(":")
    return (host, int(port)) if host and port.isdecimal() and int(port) < 65536 else None


def _subsegment(span: Span, stopwatch: Stopwatch) -> dict[str, Any]:
    """Return a stage as a subsegment, from its first start to its last end."""
    timing = {"own_milliseconds": round(1000 * span.self_seconds, 3), "times": span.count}
    return {
        "id": secrets.token_hex(8),
        "name": span.name,
        "start_time": stopwatch.epoch(span.start),
        "end_time": stopwatch.epoch(span.end),
        "metadata": {"darkroom": timing},
        **(_cause(span.failure) if span.failure else {}),
        "subsegments": [_subsegment(inner, stopwatch) for inner in span.children.values()],
    }


def _cause(failure: Failure) -> dict[str, Any]:
    """Return the fields of a failure: a fault for a server error, an error for a client error."""
    exception = {"id": secrets.token_hex(8), "type": failure.name}
    kind = "fault" if failure.is_server_error else "error"
    return {kind: True, "cause": {"exceptions": [exception]}}


def _send(daemon: tuple[str, int], datagram: bytes) -> None:
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(datagram, daemon)
