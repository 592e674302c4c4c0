"""`make run`: it prints when it is ready, answers, and ends all its processes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.request import Request, urlopen

import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Draw a picture to be served in addition to the samples."""
    (tmp_path / "holiday").mkdir()
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "holiday/beach 1.jpg")
    return tmp_path


@contextmanager
def run(
    images: Path, *arguments: str, **variables: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the application on a free port and yield its URL once it is ready."""
    environ = {"PATH": os.environ["PATH"], "PORT": "0", "IMAGES": str(images), **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        ready = re.fullmatch(r"ready: (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
        assert ready, "the first line says where it is ready"
        yield process, ready[1]
    finally:
        process.kill()
        process.communicate()


def get(url: str, host: str | None = None) -> tuple[int, str, bytes]:
    """Fetch a URL, optionally with another Host."""
    request = Request(url, headers={"Host": host} if host else {})
    with urlopen(request, timeout=20) as response:
        return response.status, response.headers["content-type"], response.read()


def suggested(process: subprocess.Popen[str]) -> list[str]:
    """Read the printed URLs; the last has a host name."""
    assert process.stdout
    lines: list[str] = []
    while not lines or "localhost:" not in lines[-1]:
        lines.append(process.stdout.readline().strip())
    return lines


def processes() -> Iterator[tuple[int, int]]:
    """Yield the running processes with their parents, except zombies."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            yield int(path.parent.name), int(parent)


def descendants(pid: int) -> set[int]:
    """Return all processes that descend from a process."""
    parents = dict(processes())
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def left(pids: set[int], seconds: float) -> set[int]:
    """Return the processes that still run after some seconds."""
    end = monotonic() + seconds
    while (running := pids & dict(processes()).keys()) and monotonic() < end:
        sleep(0.02)
    return running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_answers_until_a_signal(images: Path, number: signal.Signals) -> None:
    """Pictures are served by path and by host; a signal ends all processes."""
    picture = "holiday/beach%201.jpg?x-oss-process=image/resize,w_100"
    with run(images) as (process, url):
        status, content_type, body = get(f"{url}/demo/{picture}")
        assert (status, content_type) == (200, "image/jpeg")
        assert get(f"{url}/{picture}", host="demo.localhost")[2] == body
        children = descendants(process.pid)
        assert children
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert not left(children, seconds=0)


def test_repeated_signals(images: Path) -> None:
    """Repeated signals during the shutdown block nothing."""
    with run(images) as (process, _):
        children = descendants(process.pid)
        end = monotonic() + 10
        while process.poll() is None and monotonic() < end:
            process.send_signal(signal.SIGTERM)
        assert process.poll() == 0
        assert not left(children, seconds=0)


def test_suggestions(images: Path) -> None:
    """Every printed URL answers, also next to a key that an HTTP API cuts."""
    (images / "a?.jpg").write_bytes((images / "holiday/beach 1.jpg").read_bytes())
    with run(images) as (process, url):
        page, *addresses, by_host = suggested(process)
        assert page.startswith("playground: http://127.0.0.1:")
        assert get(page.removeprefix("playground: "))[:2] == (200, "text/html; charset=utf-8")
        assert len(addresses) >= 4
        for address in addresses:
            assert address.startswith(f"{url}/demo/")
            assert get(address)[0] == 200
        _, _, host, target = by_host.split("/", 3)
        assert get(f"{url}/{target}", host=host)[0] == 200


def test_suggestions_use_the_picture_of_the_readme(tmp_path: Path) -> None:
    """Without pictures of the user, the suggested JPEG is the one in README.md."""
    shown = "landscape.jpg?x-oss-process=image/resize,w_100/rotate,90"
    assert f"http://127.0.0.1:8000/demo/{shown})" in (ROOT / "README.md").read_text()
    with run(tmp_path) as (process, url):
        assert f"{url}/demo/{shown}" in suggested(process)


def test_the_functions_log_is_not_printed(images: Path) -> None:
    """The function's log is not printed on standard output."""
    with run(images) as (process, url):
        get(f"{url}/demo/landscape.jpg")
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=10)
    assert '"level"' not in printed


def test_own_pictures_come_first(images: Path) -> None:
    """A picture of the user replaces the sample of the same name."""
    Image.new("RGB", (40, 30), "teal").save(images / "landscape.jpg")
    with run(images) as (_, url):
        assert get(f"{url}/demo/landscape.jpg")[2] == (images / "landscape.jpg").read_bytes()


@pytest.mark.parametrize(
    "name", [b"ol\xe9.jpg", b"/".join([b"n" * 200] * 6)], ids=["latin", "long"]
)
def test_a_file_whose_name_is_no_key_is_skipped(
    images: Path, name: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """Keys are UTF-8 of at most 1023 bytes; the other files of the folder are served."""
    path = images / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"picture")
    with run(images) as (_, url):
        assert get(f"{url}/demo/holiday/beach%201.jpg")[0] == 200
    assert capfd.readouterr().err.startswith(f"skipped, its name is not a key: {str(path)!a}\n")


def test_pasted_program(images: Path, tmp_path: Path) -> None:
    """The printed program runs unchanged, and the URL that it prints answers."""
    with run(images) as (process, _):
        suggested(process)
        assert process.stdout
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("print("):
                break
        program = "".join(lines[lines.index("import oss2\n") :])
        pasted = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert pasted.returncode == 0, pasted.stderr
        with Image.open(tmp_path / "small.jpg") as image:
            assert image.width == 100
        assert get(pasted.stdout.strip())[:2] == (200, "application/json")


def test_killed(images: Path) -> None:
    """The child processes of a killed process end."""
    with run(images) as (process, _):
        children = descendants(process.pid)
        assert children
        process.kill()
        process.wait(timeout=10)
        assert not left(children, seconds=5)


def test_port_in_use(images: Path) -> None:
    """A port in use is reported in one line."""
    with run(images) as (_, url):
        port = url.rpartition(":")[2]
        command = [sys.executable, "-m", "local", "--port", port]
        environ = {"PATH": os.environ["PATH"]}
        second = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
        )
    assert second.returncode == 1
    assert second.stderr == f"port {port} is in use: set PORT to another\n"


@pytest.mark.parametrize(
    "option",
    [("--emulated", "0"), ("--emulated", "-1"), ("--emulated", "two"), ("--port", "65536")],
    ids=" ".join,
)
def test_bad_options(option: tuple[str, str]) -> None:
    """An invalid option is reported before anything starts."""
    command = [sys.executable, "-m", "local", "=".join(option)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert f"{option[1]} is no " in ran.stderr


def test_a_setting_out_of_range_is_reported_in_one_line() -> None:
    """A mistyped name of a dialect, as any other error of the settings."""
    environ = {"PATH": os.environ["PATH"], "DARKROOM_DIALECTS": "nonsense"}
    ended = subprocess.run(
        [sys.executable, "-m", "local", "--port", "0"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("DARKROOM_DIALECTS must be a list of x-oss-process, ")
    assert ended.stderr.count("\n") == 1
