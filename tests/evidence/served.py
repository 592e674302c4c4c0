"""`python -m tests.evidence.served`: the application of `make run`, whose requests are recorded."""

import json
import os
from pathlib import Path
from threading import Lock

from local.__main__ import main
from tests.evidence.observer import Observation, observe


def record() -> None:
    """Append every observation to the file that DARKROOM_TEST_RECORD names, a line each."""
    path, lock = Path(os.environ["DARKROOM_TEST_RECORD"]), Lock()

    def append(observation: Observation) -> None:
        with lock, path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(observation) + "\n")

    observe(append)


if __name__ == "__main__":
    record()
    main()
