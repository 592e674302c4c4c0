"""A persist function that polls its queue until it is killed: `python -m …`."""

import importlib
import json
import sys
from pathlib import Path
from time import monotonic

import boto3

from local.poller import Poller
from local.sandbox import LambdaContext

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

SECONDS = 11.0
"""The function's time limit; leases of a killed worker expire soon after it."""


def main(queue: str) -> None:
    """Invoke the function with every batch."""
    app = importlib.import_module("functions.persist.app")

    def invoke(event: bytes, /) -> bytes:
        context = LambdaContext(deadline=monotonic() + SECONDS)
        return json.dumps(app.handler(json.loads(event), context)).encode()

    poller = Poller(sqs=boto3.client("sqs"), queue=queue, invoke=invoke)
    while True:
        poller.once()


if __name__ == "__main__":
    main(sys.argv[1])
