"""Darkroom behind the local gateway, as `make run` has it, on a store at AWS_ENDPOINT_URL_S3."""

import sys
import threading

from benchmarks.workers.darkroom_handler import loaded
from benchmarks.workers.protocol import taken_over
from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving


def main() -> None:
    """Serve until the process is ended; the port is said on a line."""
    gateway = Gateway(invoke=InProcess(handler=loaded().handler), log=_log)
    with serving(gateway.answer) as server:
        print(server.server_port, file=taken_over(), flush=True)
        threading.Event().wait()


def _log(line: str) -> None:
    """Say why something failed, and nothing of what is answered."""
    if line.startswith("the function failed"):
        print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
