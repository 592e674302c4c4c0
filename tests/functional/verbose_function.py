"""Runs the process function at DEBUG: events from standard input, its log on standard output.

The root logger is at DEBUG too, as Lambda sets it, so libraries log as much as they want.
"""

import importlib
import json
import logging
import sys
from pathlib import Path

from local.sandbox import LambdaContext

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "layers/darkroom"))


def main() -> None:
    """Handle the events of standard input and discard the replies."""
    logging.basicConfig(level=logging.DEBUG)
    app = importlib.import_module("functions.process.app")
    for event in json.load(sys.stdin):
        app.handler(event, LambdaContext())


if __name__ == "__main__":
    main()
