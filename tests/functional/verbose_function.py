"""The process function as Lambda runs it in detail: events come in, all that it prints goes out.

Libraries may log whatever they want: Lambda opens the root logger that far.
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
    """Handle the events of standard input; replies are nobody's business here."""
    logging.basicConfig(level=logging.DEBUG)
    app = importlib.import_module("functions.process.app")
    for event in json.load(sys.stdin):
        app.handler(event, LambdaContext())


if __name__ == "__main__":
    main()
