"""Darkroom with the local gateway, as in `make run`, and a store at AWS_ENDPOINT_URL_S3."""

import sys
import threading

from benchmarks.workers.darkroom_handler import loaded
from benchmarks.workers.protocol import redirect_stdout
from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving


def main() -> None:
    """Print the port, and serve until the process is stopped."""
    gateway = Gateway(invoke=InProcess(handler=loaded().handler), log=_log)
    with serving(gateway.answer) as server:
        print(server.server_port, file=redirect_stdout(), flush=True)
        threading.Event().wait()


def _log(line: str) -> None:
    """Print failures only."""
    if line.startswith("the function failed"):
        print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
