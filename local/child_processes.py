"""Child processes that end with this process, even if it is killed."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import IO, cast

STOP_SECONDS = 5.0

_SUPERVISOR = """
"$@" &
exec >/dev/null 2>&1
trap "" INT TERM
while read -r _; do :; done
kill -"$signal" $!
wait $!
"""
"""A shell that runs a program and stops it when the shell's own standard input is closed.

The shell closes its output, so that the pipe of the program's output ends with the program.
"""


class StartError(Exception):
    """A child process did not start; the message says how to fix it."""


class ChildProcess:
    """A child process that ends when it is stopped or when this process ends.

    It has a session of its own, so that Ctrl-C in the terminal does not reach it.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        output: IO[bytes] | int = subprocess.PIPE,
        stopped_by: signal.Signals = signal.SIGTERM,
        inherited: Sequence[int] = (),
    ) -> None:
        """Start it; `output` receives its standard output, and a file its standard error, too.

        It keeps the descriptors `inherited` open as long as it runs.
        """
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", f"signal={stopped_by}\n{_SUPERVISOR}", "sh", *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=None if output == subprocess.PIPE else subprocess.STDOUT,
            start_new_session=True,
            pass_fds=inherited,
        )

    @property
    def pid(self) -> int:
        """Process ID of the supervising shell, whose child the program is."""
        return self._process.pid

    def read_line(self) -> str:
        """Wait for the next line of output and return it, empty after the program's end."""
        return cast("IO[bytes]", self._process.stdout).readline().decode().strip()

    def stop(self) -> None:
        """Send the signal, and SIGKILL after `STOP_SECONDS`."""
        try:
            self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()


def retried[T](
    attempt: Callable[[], T],
    errors: type[Exception] | tuple[type[Exception], ...],
    *,
    seconds: float,
    failure: str,
    pause: float = 0.1,
) -> T:
    """Return what `attempt` returns, and repeat it after one of the errors.

    Raises `StartError` with the text `failure` if it still fails after some seconds.
    """
    end = monotonic() + seconds
    while True:
        try:
            return attempt()
        except errors as error:
            if monotonic() > end:
                raise StartError(failure) from error
            sleep(pause)


def free_port() -> int:
    """Return a free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
