"""`darkroom serve`: worker processes that answer HTTP requests until a stop signal."""

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence

import uvicorn
from uvicorn.supervisors import Multiprocess

from darkroom.aws.bootstrap import build_services
from darkroom.server.asgi import Application
from darkroom.server.jobs import JobPoller
from darkroom.server.log_lines import log_as_json
from darkroom.server.metrics import FOLDER, ServerMetrics
from darkroom.server.options import ServerOptions, port_number
from darkroom.server.pictures import PictureGate
from darkroom.settings import Settings, SettingsError

WITH_JOBS = "DARKROOM_WITH_JOBS"
"""Variable by which the worker processes know that they run jobs as well."""

WORKER_HEALTH_SECONDS = 30
"""Seconds after which a worker process that does not answer its parent is replaced."""

START_SECONDS = 60.0
"""Seconds for a worker process to start."""

BACKLOG = 2048


def application() -> Application:
    """Build the application of this worker process from the environment."""
    log_as_json(Settings.from_environ(os.environ).log_level)
    return application_of(os.environ)


def application_of(environ: Mapping[str, str]) -> Application:
    """Build the application of a deployment."""
    options = ServerOptions.from_environ(environ)
    services = build_services(options.apply_to(Settings.from_environ(environ)))
    gate = PictureGate(
        pictures=options.pictures, waiting=options.waiting, memory=services.limits.memory
    )
    poller = None
    if environ.get(WITH_JOBS):
        poller = JobPoller.of(services, gate, wait=options.queue_wait)
    return Application(
        services=services,
        options=options,
        metrics=ServerMetrics(),
        gate=gate,
        on_start=poller.start if poller else lambda: None,
        on_stop=poller.stop if poller else lambda: None,
    )


def serve(arguments: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; return the exit status."""
    chosen = _parser().parse_args(arguments)
    options = ServerOptions.from_environ(os.environ)
    Settings.from_environ(os.environ)  # A wrong variable is reported once, before any worker runs.
    if chosen.with_jobs:
        os.environ[WITH_JOBS] = "1"
    sockets = [_listening(chosen.host, chosen.port)]
    if options.management_port is not None:
        sockets.append(_listening(chosen.host, options.management_port))
    with tempfile.TemporaryDirectory(prefix="darkroom-metrics-") as folder:
        os.environ.setdefault(FOLDER, folder)
        _Workers(_config(options), sockets).run()
    return 0


class _Workers(Multiprocess):
    """The worker processes; their parent replaces one that ends or does not answer."""

    def init_processes(self) -> None:
        """Start them, and print the address once all of them answer requests."""
        super().init_processes()
        if all(each.wait_until_ready(START_SECONDS, self.should_exit) for each in self.processes):
            host, port = self.sockets[0].getsockname()[:2]
            sys.stdout.write(f"ready: http://{host}:{port}\n")
            sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="darkroom serve", description="Serve the interface over HTTP, without limits of size."
    )
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
    parser.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("PORT") or "8080",
        help="0 is any free one",
    )
    parser.add_argument(
        "--with-jobs", action="store_true", help="run asynchronous jobs in the same processes"
    )
    return parser


def _config(options: ServerOptions) -> uvicorn.Config:
    return uvicorn.Config(
        "darkroom.server.serve:application",
        factory=True,
        workers=options.workers,
        loop="asyncio",
        http="darkroom.server.protocol:TimedProtocol",
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        access_log=False,
        log_config=None,
        timeout_keep_alive=int(options.idle_timeout),
        timeout_graceful_shutdown=int(options.drain_timeout),
        timeout_worker_healthcheck=WORKER_HEALTH_SECONDS,
    )


def _listening(host: str, port: int) -> socket.socket:
    """Bind before the workers start, so that a port in use is reported once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(f"{host}:{port} cannot be used: {error.strerror}") from error
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener
