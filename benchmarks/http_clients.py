"""What a client waits for: one GET on a connection that is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """One answer."""

    milliseconds: float
    bytes: int
    stages: Mapping[str, float]
    """Milliseconds of `Server-Timing`: what the service says of itself, if it does."""


def waited(connection: HTTPConnection, target: str) -> Waited:
    """Ask once; anything but a picture ends the measurement."""
    began = perf_counter()
    connection.request("GET", target)
    response = connection.getresponse()
    body = response.read()
    milliseconds = 1000 * (perf_counter() - began)
    if response.status != 200:
        raise RuntimeError(f"{response.status} to {target}: {body[:300]!r}")
    stages = stages_of(response.headers.get("server-timing", ""))
    return Waited(milliseconds=milliseconds, bytes=len(body), stages=stages)


def stages_of(timing: str) -> dict[str, float]:
    """Read the milliseconds of a `Server-Timing` header."""
    entries = (entry.partition(";dur=") for entry in timing.split(", ") if entry)
    return {name: float(spent) for name, _, spent in entries}
