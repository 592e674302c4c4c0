"""The Lambda emulator with functions that fail, exit or take too long."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from local.emulator import Pool, emulated
from local.sam_build import BuiltFunction
from local.triggers import FunctionError, ThrottledError
from tests.e2e.conftest import available

FUNCTION = """
import os, time

def handler(event, context):
    match event:
        case {"sleep": seconds}:
            time.sleep(seconds)
        case {"exit": status}:
            os._exit(status)
        case {"fail": message}:
            raise LookupError(message)
    return {
        "pid": os.getpid(),
        "variables": dict(os.environ),
        "milliseconds": context.get_remaining_time_in_millis(),
    }
"""

type Run = Callable[..., AbstractContextManager[Pool]]


def invoke(pool: Pool, **event: Any) -> Any:
    """Invoke the function once."""
    return json.loads(pool(json.dumps(event).encode()))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a context manager that runs a function whose event says what it does."""
    (tmp_path / "app.py").write_text(FUNCTION)

    @contextmanager
    def running(seconds: int = 5, size: int = 1) -> Iterator[Pool]:
        artefact = BuiltFunction(
            code=tmp_path,
            handler="app.handler",
            seconds=seconds,
            megabytes=512,
            layers=(),
            variables={"DARKROOM_FROM_TEMPLATE": "a", "DARKROOM_FROM_DEPLOYMENT": None},
        )
        given = {"DARKROOM_FROM_DEPLOYMENT": "b"}
        with available(), emulated(artefact, given, logs=tmp_path, size=size) as pool:
            yield pool

    return running


def test_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function has the variables of Lambda and of its template, and no others."""
    monkeypatch.setenv("SOMETHING_OF_THIS_MACHINE", "x")
    with run() as pool:
        variables = invoke(pool)["variables"]
    assert "SOMETHING_OF_THIS_MACHINE" not in variables
    assert variables["DARKROOM_FROM_TEMPLATE"] == "a"
    assert variables["DARKROOM_FROM_DEPLOYMENT"] == "b"
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"


def test_time(run: Run) -> None:
    """A function can read its remaining time; after its timeout it is killed and restarted."""
    with run(seconds=1) as pool:
        assert 0 < invoke(pool)["milliseconds"] <= 1000
        with pytest.raises(FunctionError, match="timed out after 1"):
            invoke(pool, sleep=5)
        assert invoke(pool)
        assert len(pool.sandboxes[0].timings().inits) == 2


def test_exception(run: Run) -> None:
    """An exception fails the invocation; the sandbox continues."""
    with run() as pool:
        with pytest.raises(FunctionError, match=r"no such thing.*LookupError"):
            invoke(pool, fail="no such thing")
        assert invoke(pool)


def test_exit(run: Run) -> None:
    """An exit of the process fails the invocation; the sandbox is restarted."""
    with run() as pool:
        with pytest.raises(FunctionError):
            invoke(pool, exit=3)
        assert invoke(pool)


def test_busy(run: Run) -> None:
    """An invocation that waits too long for a sandbox is throttled."""
    with run(seconds=2) as pool:
        invoke(pool)
        impatient = Pool(pool.sandboxes, max_wait=0.1)
        first = Thread(target=invoke, args=(impatient,), kwargs={"sleep": 1})
        first.start()
        sleep(0.2)
        with pytest.raises(ThrottledError):
            invoke(impatient)
        first.join()


def test_a_sandbox_has_one_request_at_a_time(run: Run) -> None:
    """Two concurrent invocations run in two processes; a third waits for one of them."""
    with run(size=2) as pool, ThreadPoolExecutor(3) as clients:
        for _ in range(2):  # the first round starts them
            began = monotonic()
            futures = [clients.submit(invoke, pool, sleep=0.5) for _ in range(3)]
            pids = Counter(answer.result()["pid"] for answer in futures)
            assert sorted(pids.values()) == [1, 2]
            assert monotonic() - began >= 1


def test_no_process_remains(run: Run) -> None:
    """The end of the pool ends its emulators and their runtimes."""
    with run() as pool:
        pid = invoke(pool)["pid"]
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
