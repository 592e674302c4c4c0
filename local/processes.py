"""Programs that run beside this one and end with it."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, cast

STOP_SECONDS = 5.0


class StartError(Exception):
    """A program that was to run beside this one did not start."""


@contextmanager
def child(command: Sequence[str]) -> Iterator[str]:
    """Run a program that announces itself by one line, and give the line.

    It should end when its standard input does: so it ends even if this process is killed.
    A session of its own keeps the terminal's Ctrl-C from it: its parent ends it in order.
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
    try:
        line = cast("IO[str]", process.stdout).readline().strip()
        if not line:
            raise StartError(f"{' '.join(command)} did not start")
        yield line
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End a process politely, or else surely."""
    process.terminate()
    try:
        process.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
