"""`python -m local`: serve the whole application on loopback until Ctrl-C or SIGTERM."""

import argparse
import importlib
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import boto3

from local import demo, queues
from local.child_processes import StartError
from local.emulator import emulated
from local.gateway import Gateway
from local.http_fronts import Front, Invoke
from local.moto_server import stores
from local.poller import EventSource, Poller, polling
from local.sam_build import read_function, read_source
from local.sandbox import PERSIST_SECONDS, SECONDS, InProcess
from local.server import serving

ROOT = Path(__file__).parents[1]
BUILD = ROOT / ".aws-sam/build"

FUNCTION = {
    "POWERTOOLS_LOG_LEVEL": "WARNING",
    "POWERTOOLS_METRICS_DISABLED": "true",
}
"""What the function's environment holds here beside its settings."""

STOPPING = (signal.SIGINT, signal.SIGTERM)

HANDLERS = {"functions.process.app": SECONDS, "functions.persist.app": PERSIST_SECONDS}
"""Modules of the functions, and the time of each."""


@dataclass(frozen=True, kw_only=True)
class Functions:
    """Both functions, and how the second is fed."""

    process: Invoke
    persist: Invoke
    source: EventSource


def main() -> None:
    """Start everything, say so, and wait to be told to stop."""
    options = _options()
    # Not an event: a handler that interrupts another one in it would wait for itself.
    told = SimpleQueue[int]()
    for number in STOPPING:
        signal.signal(number, lambda number, _: told.put(number))
    with ExitStack() as running:
        try:
            _start(options, running)
        except StartError as error:
            sys.exit(str(error))
        told.get()
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)


def _options() -> argparse.Namespace:
    """Read the command line; the first two have variables for `make run`."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    add = parser.add_argument
    add("--port", type=_port, default=os.environ.get("PORT") or "8000", help="0 is any free one")
    add("--images", type=_folder, default=os.environ.get("IMAGES") or None, help="files to serve")
    add("--front", type=Front, choices=list(Front), default=Front.HTTP_API, help="whose events")
    add("--emulated", type=_count, metavar="N", help="run the build, in N sandboxes a function")
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of sandboxes")
    return int(text)


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return Path(text)


def _start(options: argparse.Namespace, running: ExitStack) -> None:
    os.environ.update(running.enter_context(stores(os.environ)))
    os.environ.update(demo.SETTINGS)
    samples = demo.fill(boto3.client("s3"), options.images)
    demo.ensure_table(boto3.client("dynamodb"))
    demo.ensure_keys(boto3.client("secretsmanager"))
    queues = _ensure_queues()
    os.environ.update(queues.settings)
    here = _emulated(options.emulated, running) if options.emulated else _in_process()
    gateway = Gateway(invoke=here.process, log=_log, front=options.front)
    try:
        server = running.enter_context(serving(gateway.answer, options.port))
    except OSError as error:
        raise StartError(f"port {options.port} is in use: set PORT to another") from error
    poller = Poller(
        sqs=boto3.client("sqs"), queue=queues.jobs, invoke=here.persist, source=here.source
    )
    running.enter_context(polling(poller, at_once=options.emulated or 1))
    print(f"ready: {server.url}", *demo.tour(server.url, samples), sep="\n")
    print(*demo.snippet(server.url, samples), sep="", flush=True)


def _ensure_queues() -> queues.Queues:
    """Set the queue of jobs up, and have both buckets tell it of their objects."""
    sqs, s3 = boto3.client("sqs"), boto3.client("s3")
    found = queues.ensure_queues(sqs)
    for bucket in (demo.PUBLIC, demo.PRIVATE):
        queues.notify_of_objects(s3, sqs, bucket, found)
    return found


def _in_process() -> Functions:
    """Import the functions, now that the environment says where their stores are."""
    for name, value in FUNCTION.items():
        os.environ.setdefault(name, value)
    sys.path.insert(0, str(ROOT / "layers/darkroom"))
    process, persist = (
        InProcess(handler=importlib.import_module(name).handler, seconds=seconds)
        for name, seconds in HANDLERS.items()
    )
    return Functions(process=process, persist=persist, source=EventSource())


def _emulated(sandboxes: int, running: ExitStack) -> Functions:
    """Run what was built, with the same stores and settings as here."""
    logs = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="darkroom-")))
    print(f"logs: {logs}", file=sys.stderr)
    ours = ("AWS_", "DARKROOM_")
    environment = {name: value for name, value in os.environ.items() if name.startswith(ours)}
    del environment["DARKROOM_FONTS"]  # what was built has its own
    process, persist = (
        running.enter_context(
            emulated(read_function(BUILD, name), environment, logs=logs, size=sandboxes)
        )
        for name in ("ProcessFunction", "PersistFunction")
    )
    source = read_source(BUILD, "PersistFunction")
    return Functions(process=process, persist=persist, source=source)


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
