"""The server that `make bench-servers` measures."""

import os
import sys
from http.client import HTTPConnection
from pathlib import Path

from local.child_processes import ChildProcess

ROOT = Path(__file__).parents[3]


def test_answers_however_much_the_function_prints() -> None:
    """The server discards the function's output after the port, which would fill the pipe."""
    command = [sys.executable, "-m", "benchmarks.workers.darkroom_server"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "layers/darkroom")}
    worker = ChildProcess(command, environment=environment, folder=ROOT)
    try:
        connection = HTTPConnection("127.0.0.1", int(worker.read_line()), timeout=5)
        for _ in range(400):
            connection.request("GET", "/elsewhere/picture.jpg")
            response = connection.getresponse()
            assert (response.status, b"NoSuchBucket" in response.read()) == (404, True)
        connection.close()
    finally:
        worker.stop()
