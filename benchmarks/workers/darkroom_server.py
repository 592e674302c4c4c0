"""Darkroom behind the local gateway, as `make run` has it, on a store at AWS_ENDPOINT_URL_S3."""

import threading

from benchmarks.workers.darkroom_handler import loaded
from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving


def main() -> None:
    """Serve until the process is ended; the port is said on a line."""
    gateway = Gateway(invoke=InProcess(handler=loaded().handler), log=lambda _: None)
    with serving(gateway.answer) as server:
        print(server.server_port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
