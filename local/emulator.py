"""An emulated Lambda: the built artefact under AWS's Runtime Interface Emulator (RIE).

Its program comes with the SAM CLI, the runtime in it is `awslambdaric`: what `sam local` runs
in its container. One sandbox is one RIE with one runtime, which has one request at a time.
"""

import os
import platform
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Empty, LifoQueue

from local.child_processes import ChildProcess, StartError, free_port
from local.http_fronts import FunctionError, ThrottledError
from local.sam_build import BuiltFunction

ROOT = Path(__file__).parents[1]
START_SECONDS = 10.0
INVOKE = "/2015-03-31/functions/function/invocations"

_INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_ERROR = re.compile(rb'Task timed out|{"error(Message|Type)":')
"""What the emulator answers instead of a result; nothing but its text tells."""

_INVOKE = re.compile(r"INVOKE RTDONE\(.*duration: ([0-9.]+)ms\)")
_REPORT = re.compile(r"\tDuration: ([0-9.]+) ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What an emulated Lambda is made of."""

    rie: Path
    python: Path
    """With `awslambdaric` and the boto3 that Lambda brings."""

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Programs":
        """Look where `make build` and `make e2e` put them; raise `StartError` if they have not."""
        sam = ROOT / environ.get("SAM_VENV", ".venv-sam")
        python = ROOT / environ.get("LAMBDA_VENV", ".venv-lambda") / "bin/python"
        machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
        found = sam.glob(f"lib/*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}")
        rie = next(found, None)
        if rie is None:
            raise StartError(f"no emulator for {machine} in {sam}: run `make build`")
        if not python.exists():
            raise StartError(f"{python} is missing: run `make e2e`")
        return cls(rie=rie, python=python)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds that sandboxes have taken, as their emulators have measured them."""

    inits: Sequence[float]
    invokes: Sequence[float]
    reports: Sequence[float]
    """What each request would be billed by; a first one has its init in it."""


class Sandbox:
    """One emulator: its runtime starts with the first request, as a cold start does."""

    def __init__(
        self, artefact: BuiltFunction, programs: Programs, environment: Mapping[str, str], log: Path
    ) -> None:
        """Start it; what the function and the emulator print goes to the log."""
        self.log = log
        self._port = free_port()
        with log.open("wb") as output:
            self._companion = ChildProcess(
                [
                    programs.rie,
                    *("--log-level", "info"),
                    *("--runtime-interface-emulator-address", f"127.0.0.1:{self._port}"),
                    *("--runtime-api-address", f"127.0.0.1:{free_port()}"),
                    *(programs.python, "-m", "awslambdaric", artefact.handler),
                ],
                environment=function_environment(artefact, environment),
                folder=artefact.code,
                output=output,
            )
        self._connection = HTTPConnection("127.0.0.1", self._port, timeout=artefact.seconds + 5)
        self._connect()

    def _connect(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._connection.connect()
            except OSError as error:
                if time.monotonic() > end:
                    self.stop()
                    raise StartError(f"the emulator did not start: see {self.log}") from error
                time.sleep(0.01)

    def invoke(self, event: bytes) -> bytes:
        """Run the function once."""
        try:
            self._connection.request("POST", INVOKE, event)
            result = self._connection.getresponse().read()
        except (OSError, HTTPException) as error:
            raise FunctionError(f"the emulator gave no answer: see {self.log}") from error
        if _ERROR.match(result):
            raise FunctionError(result[:300].decode(errors="replace"))
        return result

    @property
    def pid(self) -> int:
        """The process from which all of its others descend."""
        return self._companion.pid

    def timings(self) -> Timings:
        """Read what the emulator has measured so far."""
        text = self.log.read_text(errors="replace")
        return Timings(
            inits=[float(number) for number in _INIT.findall(text)],
            invokes=[float(number) for number in _INVOKE.findall(text)],
            reports=[float(number) for number in _REPORT.findall(text)],
        )

    def stop(self) -> None:
        """End the emulator and its runtime."""
        self._connection.close()
        self._companion.stop()


def function_environment(artefact: BuiltFunction, given: Mapping[str, str]) -> dict[str, str]:
    """Give the function the variables of Lambda and of its template, and none of this machine."""
    known = {name: value for name, value in artefact.variables.items() if value is not None}
    missing = artefact.variables.keys() - known.keys() - given.keys()
    if missing:
        raise StartError(f"the function needs a value of {', '.join(sorted(missing))}")
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, artefact.paths)),
        # Neither code nor layers can be written to on Lambda.
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(artefact.code),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": artefact.code.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(artefact.megabytes),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(artefact.seconds),
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        # Layers lie where they were built: there is no /opt of Lambda's here.
        **({"DARKROOM_FONTS": str(artefact.fonts)} if artefact.fonts else {}),
        **known,
        **given,
    }


class Pool:
    """Sandboxes of one function: as many requests run at once, a further one waits for a while."""

    def __init__(self, sandboxes: Sequence[Sandbox], patience: float) -> None:
        """Take the sandboxes, which stay their owner's."""
        self.sandboxes = sandboxes
        self._patience = patience
        # The one used last is the one most likely warm.
        self._free: LifoQueue[Sandbox] = LifoQueue()
        for sandbox in sandboxes:
            self._free.put(sandbox)

    def __call__(self, event: bytes, /) -> bytes:
        """Run the function once in a free sandbox."""
        try:
            sandbox = self._free.get(timeout=self._patience)
        except Empty as error:
            raise ThrottledError from error
        try:
            return sandbox.invoke(event)
        finally:
            self._free.put(sandbox)


@contextmanager
def emulated(
    artefact: BuiltFunction, environment: Mapping[str, str], *, logs: Path, size: int = 1
) -> Iterator[Pool]:
    """Run sandboxes of a function until the block ends."""
    programs = Programs.find(os.environ)
    with ExitStack() as running:
        sandboxes = []
        for number in range(1, size + 1):
            log = logs / f"{artefact.code.name}-{number}.log"
            sandboxes.append(Sandbox(artefact, programs, environment, log))
            running.callback(sandboxes[-1].stop)
        yield Pool(sandboxes, patience=artefact.seconds)
