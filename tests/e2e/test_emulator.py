"""The emulated Lambda itself: what becomes of functions that do not behave."""

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
from local.http_fronts import FunctionError, ThrottledError
from local.sam_build import BuiltFunction
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


def ask(pool: Pool, **event: Any) -> Any:
    """Run the function once."""
    return json.loads(pool(json.dumps(event).encode()))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a function that does what its event says."""
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
    """A function has Lambda's variables and its template's, and none of this machine's."""
    monkeypatch.setenv("SOMETHING_OF_THIS_MACHINE", "x")
    with run() as pool:
        variables = ask(pool)["variables"]
    assert "SOMETHING_OF_THIS_MACHINE" not in variables
    assert variables["DARKROOM_FROM_TEMPLATE"] == "a"
    assert variables["DARKROOM_FROM_DEPLOYMENT"] == "b"
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"


def test_time(run: Run) -> None:
    """A function is told its time; when that is up it is ended, and starts anew."""
    with run(seconds=1) as pool:
        assert 0 < ask(pool)["milliseconds"] <= 1000
        with pytest.raises(FunctionError, match="timed out after 1"):
            ask(pool, sleep=5)
        assert ask(pool)
        assert len(pool.sandboxes[0].timings().inits) == 2


def test_exception(run: Run) -> None:
    """An exception is the function's failure; its sandbox goes on."""
    with run() as pool:
        with pytest.raises(FunctionError, match=r"no such thing.*LookupError"):
            ask(pool, fail="no such thing")
        assert ask(pool)


def test_exit(run: Run) -> None:
    """A function whose process ends has failed, and starts anew."""
    with run() as pool:
        with pytest.raises(FunctionError):
            ask(pool, exit=3)
        assert ask(pool)


def test_busy(run: Run) -> None:
    """A request for which no sandbox becomes free in time is turned away."""
    with run(seconds=2) as pool:
        ask(pool)
        impatient = Pool(pool.sandboxes, max_wait=0.1)
        first = Thread(target=ask, args=(impatient,), kwargs={"sleep": 1})
        first.start()
        sleep(0.2)
        with pytest.raises(ThrottledError):
            ask(impatient)
        first.join()


def test_a_sandbox_has_one_request_at_a_time(run: Run) -> None:
    """Two at once are in two processes; a third waits until one of these is free."""
    with run(size=2) as pool, ThreadPoolExecutor(3) as clients:
        for _ in range(2):  # the first round starts them
            began = monotonic()
            asked = [clients.submit(ask, pool, sleep=0.5) for _ in range(3)]
            pids = Counter(answer.result()["pid"] for answer in asked)
            assert sorted(pids.values()) == [1, 2]
            assert monotonic() - began >= 1


def test_nothing_is_left(run: Run) -> None:
    """With the pool its emulators are gone, and the runtimes in them."""
    with run() as pool:
        pid = ask(pool)["pid"]
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
