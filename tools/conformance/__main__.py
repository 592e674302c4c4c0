"""Write docs/conformance.md, or check that it is up to date.

python -m tools.conformance [--check | --measure]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

from tools.conformance.citations import citing_tests  # noqa: E402
from tools.conformance.page import page  # noqa: E402
from tools.conformance.record import Record, outdated  # noqa: E402
from tools.conformance.reference import Reference  # noqa: E402

PAGE, RECORD = ROOT / "docs/conformance.md", ROOT / "docs/conformance.json"
TESTS = ("tests/unit", "tests/golden", "tests/contract", "tests/functional")


def measure() -> Record:
    """Run the tests that cite the reference; exit if one fails or the pictures are missing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.evidence.plugin", *TESTS]
        environment = {**os.environ, "DARKROOM_TEST_EVIDENCE": str(path)}
        ran = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603
        if ran.returncode:
            sys.exit("A test failed: nothing is recorded.")
        record = Record.of_run(json.loads(path.read_text()))
    if not record.results:
        sys.exit("Set DARKROOM_TEST_DATA to the folder of the reference pictures.")
    if not record.clients:
        sys.exit("No call of a client was observed (tests/evidence/observer.py).")
    return record


def main() -> int:
    """Write page and record; with `--check` return 1 if the committed page is out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.conformance", description=__doc__)
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--check", action="store_true", help="write nothing")
    modes.add_argument("--measure", action="store_true", help="run the tests again")
    options = parser.parse_args()
    if options.measure:
        RECORD.write_text(measure().text())
    record = Record.read(RECORD)
    text = page(record, citing_tests(ROOT / "tests"), Reference(ROOT / "docs/reference"))
    if not options.check:
        PAGE.write_text(text)
        return 0
    old = outdated(record, (ROOT / "constraints.txt").read_text())
    if old:
        sys.stderr.write(f"{', '.join(old)}: run `make conformance`.\n")
    if not PAGE.is_file() or PAGE.read_text() != text:
        sys.stderr.write(f"{PAGE.relative_to(ROOT)} is out of date: run `make docs`.\n")
        return 1
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main())
