"""A persist function that works through its queue until it is killed: `python -m …`."""

import importlib
import json
import sys
from pathlib import Path
from time import monotonic

import boto3

from local.jobs import Queues, work_once
from local.sandbox import LambdaContext

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

SECONDS = 11.0
"""The function's time here: what a killed worker had claimed is free soon after it."""


def main(jobs: str, dead_letters: str) -> None:
    """Invoke the function with every batch that comes."""
    app = importlib.import_module("functions.persist.app")
    queues = Queues(jobs=jobs, dead_letters=dead_letters)
    sqs = boto3.client("sqs")

    def invoke(event: bytes, /) -> bytes:
        context = LambdaContext(deadline=monotonic() + SECONDS)
        return json.dumps(app.handler(json.loads(event), context)).encode()

    while True:
        work_once(sqs, queues, invoke)


if __name__ == "__main__":
    main(*sys.argv[1:])
