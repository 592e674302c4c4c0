"""Programs that run beside this one and end with it, even if it is killed."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

STOP_SECONDS = 5.0

_SUPERVISOR = """
"$@" &
exec >/dev/null 2>&1
trap "" INT TERM
while read -r _; do :; done
kill $!
wait $!
"""
"""A shell that holds a program and ends it when its own standard input ends.

It lets go of the output, so that this ends with the program.
"""


class StartError(Exception):
    """A program that was to run beside this one did not start; says what to do."""


class ChildProcess:
    """A program on a leash: it ends when it is stopped, or when this process is no more.

    A session of its own keeps the terminal's Ctrl-C from it: it is ended in order.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        output: IO[bytes] | int = subprocess.PIPE,
    ) -> None:
        """Start it; `output` takes what it prints, and its errors too if it is a file."""
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _SUPERVISOR, "sh", *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=None if output == subprocess.PIPE else subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The shell that holds it; the program is its child."""
        return self._process.pid

    def line(self) -> str:
        """Wait for its next line; empty when it ended."""
        return cast("IO[bytes]", self._process.stdout).readline().decode().strip()

    def stop(self) -> None:
        """End it politely, or else surely."""
        try:
            self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
