"""An emulated Lambda: built functions under AWS's Runtime Interface Emulator (RIE).

The RIE is part of the SAM CLI and runs `awslambdaric`, as `sam local` does in its container. A
sandbox is one RIE with one runtime, which handles one request at a time.
"""

import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Empty, LifoQueue

from local.child_processes import ChildProcess, StartError, free_port, retried
from local.sam_build import BuiltFunction
from local.triggers import FunctionError, ThrottledError

ROOT = Path(__file__).parents[1]
START_SECONDS = 10.0
INVOKE = "/2015-03-31/functions/function/invocations"

_INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_ERROR = re.compile(rb'Task timed out|{"error(Message|Type)":')
"""The emulator's response to a failed invocation; only its text differs from a result."""

_INVOKE = re.compile(r"INVOKE RTDONE\(.*duration: ([0-9.]+)ms\)")
_REPORT = re.compile(r"\tDuration: ([0-9.]+) ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """The executables of an emulated Lambda."""

    rie: Path
    python: Path
    """Has `awslambdaric` and the boto3 of the Lambda runtime."""

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Programs":
        """Find what `make build` and `make e2e` install; raise `StartError` if it is missing."""
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
    """Milliseconds as measured by the emulator."""

    inits: Sequence[float]
    invokes: Sequence[float]
    reports: Sequence[float]
    """Billed duration of each request; that of a first one includes its init."""


class Sandbox:
    """One emulator, whose runtime starts at the first request: a cold start."""

    def __init__(
        self, artefact: BuiltFunction, programs: Programs, environment: Mapping[str, str], log: Path
    ) -> None:
        """Start the emulator; the output of function and emulator goes to `log`."""
        self.log = log
        self._port = free_port()
        with log.open("wb") as output:
            self._process = ChildProcess(
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
        try:
            retried(
                self._connection.connect,
                OSError,
                seconds=START_SECONDS,
                failure=f"the emulator did not start: see {self.log}",
                pause=0.01,
            )
        except StartError:
            self.stop()
            raise

    def invoke(self, event: bytes) -> bytes:
        """Invoke the function once; raises `FunctionError`."""
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
        """Process ID of the root of the sandbox's processes."""
        return self._process.pid

    def timings(self) -> Timings:
        """Parse the emulator's measurements from the log."""
        text = self.log.read_text(errors="replace")
        return Timings(
            inits=[float(number) for number in _INIT.findall(text)],
            invokes=[float(number) for number in _INVOKE.findall(text)],
            reports=[float(number) for number in _REPORT.findall(text)],
        )

    def stop(self) -> None:
        """Stop the emulator and its runtime."""
        self._connection.close()
        self._process.stop()


def function_environment(artefact: BuiltFunction, given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of Lambda and of the template, none of this machine.

    Raises `StartError` for a variable of the template that has no value here.
    """
    known = {name: value for name, value in artefact.variables.items() if value is not None}
    missing = artefact.variables.keys() - known.keys() - given.keys()
    if missing:
        raise StartError(f"the function needs a value of {', '.join(sorted(missing))}")
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, artefact.paths)),
        # Code and layers are read-only on Lambda.
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(artefact.code),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": artefact.code.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(artefact.megabytes),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(artefact.seconds),
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        # Layers are read from the build folder; there is no /opt.
        **({"DARKROOM_FONTS": str(artefact.fonts)} if artefact.fonts else {}),
        **known,
        **given,
    }


class Pool:
    """Sandboxes of one function, which run as many requests at once; further requests wait."""

    def __init__(self, sandboxes: Sequence[Sandbox], max_wait: float) -> None:
        """Use the sandboxes, which the caller stops; a request waits `max_wait` seconds for one."""
        self.sandboxes = sandboxes
        self._max_wait = max_wait
        # Last in, first out: the sandbox used last is most likely warm.
        self._free: LifoQueue[Sandbox] = LifoQueue()
        for sandbox in sandboxes:
            self._free.put(sandbox)

    def __call__(self, event: bytes, /) -> bytes:
        """Invoke the function once in a free sandbox; raises `ThrottledError`."""
        try:
            sandbox = self._free.get(timeout=self._max_wait)
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
    """Run `size` sandboxes of a function until the block ends."""
    programs = Programs.find(os.environ)
    with ExitStack() as running:
        sandboxes = []
        for number in range(1, size + 1):
            log = logs / f"{artefact.code.name}-{number}.log"
            sandboxes.append(Sandbox(artefact, programs, environment, log))
            running.callback(sandboxes[-1].stop)
        yield Pool(sandboxes, max_wait=artefact.seconds)
