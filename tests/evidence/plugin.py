"""Records what the tests that cite the reference use: `pytest -p tests.evidence.plugin`.

The tests without a citation are left out, except those of the vendor's clients. The file that
`DARKROOM_TEST_EVIDENCE` names receives, for each test that passed, its observations, and the
results that it compared with recorded ones of the service (`compare` of tests/evidence/results.py).
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.observer import Observation, observe
from tests.evidence.results import PROPERTY
from tools.conformance.citations import citing_tests

ROOT = Path(__file__).parents[2]

CLIENTS = "tests/functional/clients"

VARIABLE, RECORD = "DARKROOM_TEST_EVIDENCE", "DARKROOM_TEST_RECORD"


class Evidence:
    """The observations of each test, those of the application's own process among them."""

    def __init__(self, path: Path, record: Path) -> None:
        """Observe this process, and read those of others from `record`."""
        self.path, self.record = path, record
        self.position = 0
        self.citing = citing_tests(ROOT / "tests")
        self.seen: set[Observation] = set()
        self.passed: dict[str, set[Observation]] = {}
        self.failed: list[str] = []
        self.skipped: dict[str, str] = {}
        self.results: list[dict[str, object]] = []
        observe(self._note)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out the tests that neither cite the reference nor belong to a client."""
        chosen = [item for item in items if self._counts(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen

    def _counts(self, item: pytest.Item) -> bool:
        return item.nodeid.startswith(CLIENTS) or bool(self.citing.get(function_of(item.nodeid)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Attribute all observations to the test that runs, its fixtures included."""
        self._take()
        yield
        name = function_of(item.nodeid)
        seen = self._take()
        if item.nodeid not in self.failed and item.nodeid not in self.skipped:
            self.passed.setdefault(name, set()).update(seen)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note failures, skips and compared results."""
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.skipped:
            self.skipped[report.nodeid] = str(report.longrepr)
        elif report.when == "call":
            found: list[Any] = [value for name, value in report.user_properties if name == PROPERTY]
            self.results += [{**value, "test": function_of(report.nodeid)} for value in found]

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        document: dict[str, Any] = {
            "failed": sorted(self.failed),
            "skipped": sorted({function_of(name) for name in self.skipped}),
            "results": self.results,
            "tests": {name: sorted(seen) for name, seen in sorted(self.passed.items())},
        }
        self.path.write_text(json.dumps(document, ensure_ascii=False, indent=1))

    def _note(self, observation: Observation) -> None:
        self.seen.add(observation)

    def _take(self) -> set[Observation]:
        seen, self.seen = self.seen, set()
        with self.record.open(encoding="utf-8") as file:
            file.seek(self.position)
            seen.update(tuple(json.loads(line)) for line in file)
            self.position = file.tell()
        return seen


def function_of(node: str) -> str:
    """Return the node of a test without its parameters."""
    return node.partition("[")[0]


def pytest_configure(config: pytest.Config) -> None:
    """Begin to observe."""
    handle, record = tempfile.mkstemp(prefix="conformance-")
    os.close(handle)
    os.environ[RECORD] = record
    config.pluginmanager.register(Evidence(Path(os.environ[VARIABLE]), Path(record)), "evidence")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Delete the record of other processes."""
    del config
    Path(os.environ.pop(RECORD)).unlink(missing_ok=True)
