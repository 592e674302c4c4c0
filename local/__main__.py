"""`python -m local`: serve the whole application on 127.0.0.1 until SIGINT or SIGTERM."""

import argparse
import importlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local import demo, queues, standalone
from local.child_processes import StartError
from local.emulator import emulated
from local.gateway import Gateway
from local.moto_server import stores
from local.playground import PageServer, cors_rule, serving_page
from local.poller import EventSource, Poller, polling
from local.sam_build import read_function, read_source
from local.sandbox import PERSIST_SECONDS, SECONDS, InProcess
from local.server import serving
from local.triggers import Invoke, Trigger

ROOT = Path(__file__).parents[1]
BUILD = ROOT / ".aws-sam/build"

FUNCTION_ENVIRONMENT = {
    "POWERTOOLS_LOG_LEVEL": "WARNING",
    "POWERTOOLS_METRICS_DISABLED": "true",
}
"""Variables of the in-process functions besides their settings."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

HANDLERS = {"functions.process.app": SECONDS, "functions.persist.app": PERSIST_SECONDS}
"""Modules of the functions, and their timeouts."""


@dataclass(frozen=True, kw_only=True)
class Functions:
    """Both functions, and the event source of the second."""

    process: Invoke
    persist: Invoke
    source: EventSource


def main() -> None:
    """Start everything, print the URLs, and wait for a stop signal."""
    options = _options()
    # Not an Event: a signal handler that interrupts `Event.set` would deadlock on its lock.
    received = SimpleQueue[int]()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, _: received.put(number))
    with ExitStack() as running:
        try:
            _start(options, running)
        except StartError as error:
            sys.exit(str(error))
        except (BotoCoreError, ClientError) as error:
            sys.exit(f"a store cannot be used: {error}")
        received.get()
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def _options() -> argparse.Namespace:
    """Parse the command line; PORT and IMAGES set defaults for `make run`."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    add = parser.add_argument
    add("--port", type=_port, default=os.environ.get("PORT") or "8000", help="0 is any free one")
    add(
        "--playground-port",
        type=_port,
        default=os.environ.get("PLAYGROUND_PORT") or None,
        help="of the page for building processes; by default the next port, or any free one",
    )
    add("--images", type=_folder, default=os.environ.get("IMAGES") or None, help="files to serve")
    add(
        "--trigger",
        type=Trigger,
        choices=list(Trigger),
        default=Trigger.HTTP_API,
        help="whose events",
    )
    add("--server", action="store_true", help="serve as a container does, without Lambda's limits")
    add("--emulated", type=_count, metavar="N", help="run the build, in N sandboxes a function")
    options = parser.parse_args()
    if options.playground_port is None:
        options.playground_port = options.port and options.port + 1
    return options


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
    page = running.enter_context(serving_page(options.playground_port))
    os.environ.update(running.enter_context(stores(os.environ)))
    os.environ.update(demo.settings(cors_rule(page.origins)))
    samples = demo.fill(boto3.client("s3"), options.images)
    demo.ensure_table(boto3.client("dynamodb"))
    demo.ensure_keys(boto3.client("secretsmanager"))
    queues = _ensure_queues()
    os.environ.update(queues.settings)
    if options.server:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "layers/darkroom")}
        url, _ = running.enter_context(standalone.running_server(options.port, environment))
        _show(url, page, samples)
        return
    here = _emulated(options.emulated, running) if options.emulated else _in_process()
    gateway = Gateway(invoke=here.process, log=_log, trigger=options.trigger)
    try:
        server = running.enter_context(serving(gateway.answer, options.port))
    except OSError as error:
        raise StartError(f"port {options.port} is in use: set PORT to another") from error
    poller = Poller(
        sqs=boto3.client("sqs"), queue=queues.jobs, invoke=here.persist, source=here.source
    )
    running.enter_context(polling(poller, at_once=options.emulated or 1))
    _show(server.url, page, samples)


def _show(url: str, page: PageServer, samples: Sequence[demo.Sample]) -> None:
    """Give the page the address of the service, and print what to try."""
    page.show(demo.page(url, samples))
    print(f"ready: {url}", f"playground: {page.url}", *demo.tour(url, samples), sep="\n")
    print(*demo.snippet(url, samples), sep="", flush=True)


def _ensure_queues() -> queues.Queues:
    """Create the queues, and send the notifications of both buckets to the queue of jobs.

    Other stores than S3 may have no notifications.
    """
    sqs, s3 = boto3.client("sqs"), boto3.client("s3")
    found = queues.ensure_queues(sqs)
    try:
        for bucket in (demo.PUBLIC, demo.PRIVATE):
            queues.notify_of_objects(s3, sqs, bucket, found)
    except ClientError:
        _log("The store has no bucket notifications: rules of buckets start no jobs.")
    return found


def _in_process() -> Functions:
    """Import the functions; the environment must have the stores' endpoints by now."""
    for name, value in FUNCTION_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    sys.path.insert(0, str(ROOT / "layers/darkroom"))
    # The package is on the path from here on.
    from darkroom.settings import SettingsError  # noqa: PLC0415

    try:
        process, persist = (
            InProcess(handler=importlib.import_module(name).handler, seconds=seconds)
            for name, seconds in HANDLERS.items()
        )
    except SettingsError as error:
        raise StartError(str(error)) from error
    return Functions(process=process, persist=persist, source=EventSource())


def _emulated(sandboxes: int, running: ExitStack) -> Functions:
    """Run the built functions under the emulator, with the same stores and settings."""
    logs = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="darkroom-")))
    print(f"logs: {logs}", file=sys.stderr)
    prefixes = ("AWS_", "DARKROOM_")
    environment = {name: value for name, value in os.environ.items() if name.startswith(prefixes)}
    environment.pop("DARKROOM_FONTS", None)  # the build has its own fonts layer
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
