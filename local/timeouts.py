"""Waiting for work that nobody can end, but not for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import Future


def run_with_timeout[T](seconds: float, run: Callable[[], T]) -> T:
    """Run it and give its result; when time is up raise `TimeoutError`, and leave it to itself."""
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(run())
        except Exception as error:  # noqa: BLE001 - it is raised again where it is waited for
            outcome.set_exception(error)

    # A daemon: nobody can end a thread, but it need not keep the process.
    threading.Thread(target=work, daemon=True).start()
    return outcome.result(timeout=seconds)
