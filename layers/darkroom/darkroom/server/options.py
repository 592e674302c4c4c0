"""Options of the server, from environment variables (docs/container.md)."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from msgspec.structs import replace

from darkroom.settings import Settings, SettingsError

CGROUP = Path("/sys/fs/cgroup")

UNLIMITED = 2**62
"""Bytes of a reply: a server has no limit."""

MAX_PORT = 65_535

MAX_PUT_BYTES = 5 * 1024**3
"""Bytes of the largest object or part that S3 takes in one request."""

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How one server shares its machine; each number is for one worker process."""

    workers: int = 1
    """Number of worker processes."""
    pictures: int = 2
    """Pictures that are processed at the same time."""
    waiting: int = 16
    """Pictures that wait for one of these, before requests are refused."""
    requests: int = 512
    """Requests that are open at the same time, before others are refused."""
    timeout: float = 29.0
    """Seconds for an answer, counted from the end of the request's body."""
    idle_timeout: float = 60.0
    """Seconds without progress after which a client's connection is closed."""
    drain_timeout: float = 30.0
    """Seconds for open requests to end after a stop signal."""
    upload_bytes: int = MAX_PUT_BYTES
    """Bytes of the largest object or part."""
    form_bytes: int = 4_500_000
    """Bytes of the largest form, which is held in memory."""
    queue_wait: int = 5
    """Seconds that the queue waits for a message; a stop signal waits for them as well."""
    spool: Path | None = None
    """Folder of bodies that are being received; None for the system's temporary folder."""
    management_port: int | None = None
    """Port of health and metrics; None where they are not served."""
    memory: int | None = None
    """Megabytes of one worker process; None: no limit is known."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables; raises `SettingsError` for a wrong one."""
        workers = _whole(environ, "DARKROOM_WORKERS", cores(CGROUP), minimum=1)
        memory = _whole(environ, "DARKROOM_MEMORY", memory_limit(CGROUP) or 0)
        limit = {"minimum": 1, "maximum": MAX_PUT_BYTES}
        upload = _whole(environ, "DARKROOM_MAX_UPLOAD_BYTES", MAX_PUT_BYTES, **limit)
        return cls(
            workers=workers,
            pictures=_whole(environ, "DARKROOM_PICTURES", 2, minimum=1),
            waiting=_whole(environ, "DARKROOM_WAITING_PICTURES", 16),
            requests=_whole(environ, "DARKROOM_MAX_REQUESTS", 512, minimum=1),
            timeout=_whole(environ, "DARKROOM_TIMEOUT", 29, minimum=3),
            idle_timeout=_whole(environ, "DARKROOM_IDLE_TIMEOUT", 60, minimum=1),
            drain_timeout=_whole(environ, "DARKROOM_DRAIN_TIMEOUT", 30, minimum=1),
            upload_bytes=upload,
            form_bytes=_whole(environ, "DARKROOM_MAX_FORM_BYTES", 4_500_000, minimum=1),
            queue_wait=_whole(environ, "DARKROOM_QUEUE_WAIT", 5, maximum=20),
            spool=Path(environ["DARKROOM_SPOOL"]) if environ.get("DARKROOM_SPOOL") else None,
            management_port=_whole(environ, "DARKROOM_MANAGEMENT_PORT", 0, maximum=MAX_PORT)
            or None,
            memory=memory // workers or None,
        )

    @property
    def request_threads(self) -> int:
        """Threads that answer requests: pictures and those that wait leave enough for others."""
        return self.pictures + self.waiting + 16

    def apply_to(self, settings: Settings) -> Settings:
        """Return the settings of a deployment with what this entry can carry."""
        return replace(
            settings,
            reply_limit=UNLIMITED,
            upload_limit=self.upload_bytes,
            streams_objects=True,
            send_timeout=self.idle_timeout,
            memory=self.memory,
            store_connections=self.requests,
        )


def port_number(text: str) -> int:
    """Read the number of a port, for argparse."""
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port from 0 to {MAX_PORT}")
    return int(text)


def cores(cgroup: Path) -> int:
    """Return the cores that this process may use, a started one counted as whole."""
    present = len(os.sched_getaffinity(0))
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        return present
    return min(present, -(-int(quota) // int(period))) if quota.isdecimal() else present


def memory_limit(cgroup: Path) -> int | None:
    """Return the megabytes of the container, None where it has no limit."""
    try:
        text = (cgroup / "memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) // MEGABYTE if text.isdecimal() else None


def _whole(
    environ: Mapping[str, str], name: str, default: int, *, minimum: int = 0, maximum: int = 0
) -> int:
    """Read a whole number; `maximum` 0 is none."""
    text = environ.get(name) or str(default)
    number = int(text) if text.isascii() and text.isdigit() else -1
    if number < minimum or 0 < maximum < number:
        allowed = f"{minimum} to {maximum}" if maximum else f"{minimum} or more"
        raise SettingsError(f"{name} must be a whole number, {allowed}")
    return number
