"""The built function sends subsegments of sampled invocations to the X-Ray daemon.

The emulator passes no tracing header on, so this serves a Runtime API of its own to Lambda's
runtime.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import time
from typing import TYPE_CHECKING, Any

from local.child_processes import ChildProcess
from local.emulator import Programs, function_environment
from local.sam_build import BuiltFunction
from tests.e2e.conftest import ENVIRONMENT, available
from tests.e2e.stores import gradient, put
from tests.functional.conftest import http_event
from tests.xray_daemon import PARENT, SAMPLED, TRACE_ID, daemon

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

INVOCATIONS: SimpleQueue[tuple[bytes, str]] = SimpleQueue()
RESULTS: SimpleQueue[Any] = SimpleQueue()


class RuntimeApi(BaseHTTPRequestHandler):
    """Returns events with their tracing headers, and receives the results."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Return the next event; wait for it."""
        event, trace = INVOCATIONS.get()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "1")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(round(1000 * (time() + 29))))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:::function:p")
        if trace:
            self.send_header("Lambda-Runtime-Trace-Id", trace)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        """Receive a result or an error."""
        RESULTS.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def runtime(artefact: BuiltFunction, environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run the function under Lambda's runtime with this Runtime API."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    variables = {
        **environment,
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "group",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
    }
    with available(), log.open("wb") as output:
        process = ChildProcess(
            [Programs.find(os.environ).python, "-m", "awslambdaric", artefact.handler],
            environment=function_environment(artefact, variables),
            folder=artefact.code,
            output=output,
        )
        try:
            yield
        finally:
            process.stop()
            server.shutdown()
            server.server_close()


def test_only_sampled_invocations_are_sent(
    artefact: BuiltFunction, store: dict[str, str], s3: "S3Client", tmp_path: Path
) -> None:
    """A sampled invocation is sent with its stages; others, and those without a header, are not."""
    put(s3, "traced.jpg", gradient())
    query = "x-oss-process=image/resize,w_100"
    event = http_event("/pictures/traced.jpg", query, method="GET", headers={"host": "api"})
    with daemon() as receiver:
        environment = {**store, **ENVIRONMENT, "AWS_XRAY_DAEMON_ADDRESS": receiver.address}
        with runtime(artefact, environment, tmp_path / "log"):
            replies = []
            for trace in (SAMPLED.replace("Sampled=1", "Sampled=0"), SAMPLED, ""):
                INVOCATIONS.put((json.dumps(event).encode(), trace))
                replies.append(RESULTS.get(timeout=20))
        (document,) = receiver.received()
    assert [reply["statusCode"] for reply in replies] == [200, 200, 200]
    assert (document["trace_id"], document["parent_id"]) == (TRACE_ID, PARENT)
    request_id = replies[1]["headers"]["x-oss-request-id"]
    assert document["annotations"]["request_id"] == request_id
    assert [stage["name"] for stage in document["subsegments"]] == [
        "store",
        "decode",
        "encode",
        "deliver",
    ]
