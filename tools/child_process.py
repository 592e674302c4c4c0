"""Functions run in a child process, which a crash, endless work or lack of memory ends alone."""

import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

TIMED_OUT = "not finished in time"
"""Reason of an end by the time limit."""

_ADDRESS_SPACE = 8_000_000_000
"""Bytes that a child can allocate; encoders reserve several times of what they write to."""

# Children are forked from a process without threads, to which a fork is safe.
_CONTEXT = multiprocessing.get_context("forkserver")


def collect[T](
    function: Callable[..., Iterator[T]], *arguments: object, seconds: float
) -> tuple[list[T], str | None]:
    """Iterate a function in a child process; return its items, and why it ended early.

    The reason is None after a complete iteration. Items sent before an early end are returned.
    The function, its arguments and its items must be picklable.
    """
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_send_each, args=(sender, function, arguments), daemon=True)
    child.start()
    sender.close()
    items: list[T] = []
    deadline = time.monotonic() + seconds
    try:
        while receiver.poll(max(0.0, deadline - time.monotonic())):
            is_item, value = receiver.recv()
            if not is_item:
                return items, value
            items.append(value)
    except EOFError:
        child.join()
        return items, _exit_reason(child.exitcode)
    finally:
        child.kill()
        child.join()
        receiver.close()
    return items, TIMED_OUT


def preload(*modules: str) -> None:
    """Import modules once, before the first child, instead of in each of them."""
    _CONTEXT.set_forkserver_preload(["__main__", *modules])


def _send_each[T](
    sender: Connection, function: Callable[..., Iterator[T]], arguments: tuple[object, ...]
) -> None:
    """Send each item, then None or the exception as text."""
    _silence_standard_error()
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    reason = None
    try:
        for item in function(*arguments):
            sender.send((True, item))
    except Exception as error:  # noqa: BLE001 - any exception is a result here
        reason = f"{type(error).__name__}: {error}"
    sender.send((False, reason))


def _silence_standard_error() -> None:
    """Discard what libraries in C print about a file."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 2)
    os.close(sink)


def _exit_reason(status: int | None) -> str:
    if status is not None and status < 0:
        return f"ended by {signal.Signals(-status).name}"
    return f"ended with exit status {status}"
