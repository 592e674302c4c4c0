"""A timeout for a call in this process."""

import threading
from collections.abc import Callable
from concurrent.futures import Future


def run_with_timeout[T](seconds: float, run: Callable[[], T]) -> T:
    """Return the result of `run`; raise `TimeoutError` after `seconds`.

    The call itself cannot be stopped: it goes on in its thread, and its result is discarded.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(run())
        except Exception as error:  # noqa: BLE001 - `outcome.result` raises it again
            outcome.set_exception(error)

    # A daemon thread, so that an unfinished call does not keep the process running.
    threading.Thread(target=work, daemon=True).start()
    return outcome.result(timeout=seconds)
