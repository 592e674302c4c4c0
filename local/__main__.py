"""`python -m local`: serve the whole application on loopback until Ctrl-C or SIGTERM."""

import argparse
import importlib
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import boto3

from local.demo import PICTURES, PRIVATE, PUBLIC, RESULTS, SETTINGS, fill, samples, tour
from local.fronts import Front, Invoke
from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving
from local.stores import stores

ROOT = Path(__file__).parents[1]

FUNCTION = {
    "LOG_LEVEL": "WARNING",
    "POWERTOOLS_SERVICE_NAME": "darkroom",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
}
"""What the function's environment holds here beside its settings."""


def main() -> None:
    """Start everything, say so, and wait to be told to stop."""
    options = _options()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with ExitStack() as running:
        os.environ.update(running.enter_context(stores(os.environ)))
        os.environ.update(SETTINGS)
        for name, value in FUNCTION.items():
            os.environ.setdefault(name, value)
        keys = _fill(options.images)
        gateway = Gateway(invoke=_in_process(), log=_log, front=options.front)
        try:
            server = running.enter_context(serving(gateway.answer, options.port))
        except OSError:
            sys.exit(f"port {options.port} is in use: set PORT to another")
        print(f"ready: {server.url}", flush=True)
        print("\n".join(f"  {line}" for line in tour(server.url, server.server_port, keys)))
        sys.stdout.flush()
        stopped.wait()


def _options() -> argparse.Namespace:
    """Read the command line; the first two have variables for `make run`."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=os.environ.get("PORT") or "8000", help="0 is any free one")
    add("--images", type=_folder, default=os.environ.get("IMAGES") or None, help="files to serve")
    add("--front", type=Front, choices=list(Front), default=Front.HTTP_API, help="whose events")
    return parser.parse_args()


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return Path(text)


def _fill(images: Path | None) -> list[str]:
    """Load the sample pictures, and those of the user first of all."""
    own = list(samples(images)) if images else []
    found = [*own, *samples(PICTURES)]
    fill(boto3.client("s3"), {PUBLIC: found, PRIVATE: found, RESULTS: []})
    return [sample.key for sample in found]


def _in_process() -> Invoke:
    """Import the function, now that the environment says where its stores are."""
    sys.path.insert(0, str(ROOT / "layers/darkroom"))
    return InProcess(handler=importlib.import_module("functions.process.app").handler)


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
