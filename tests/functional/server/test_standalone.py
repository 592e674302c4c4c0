"""`darkroom local`, the service for other projects' tests, and its wheel."""

import subprocess
import sys
import venv
from pathlib import Path

import oss2
import pytest

from local.child_processes import StartError
from local.standalone import running

ROOT = Path(__file__).parents[3]

SUITE = """
import oss2


def test_a_thumbnail(darkroom_server):
    auth = oss2.Auth(darkroom_server.access_key_id, darkroom_server.access_key_secret)
    name = darkroom_server.private_bucket
    bucket = oss2.Bucket(auth, darkroom_server.url, name, is_path_style=True)
    bucket.put_object("large", bytes(9_000_000))
    assert len(bucket.get_object("large").read()) == 9_000_000
"""

pytestmark = [
    # oss2 parses dates with a deprecated function.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_it_runs_beside_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers with its own buckets and key, whatever the environment says of others."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "layers/darkroom"))
    monkeypatch.setenv("DARKROOM_BUCKETS", "no JSON")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with running() as server:
        auth = oss2.Auth(server.access_key_id, server.access_key_secret)
        for name in (server.public_bucket, server.private_bucket):
            bucket = oss2.Bucket(auth, server.url, name, is_path_style=True)
            assert list(oss2.ObjectIterator(bucket)) == []
            bucket.put_object("large", bytes(9_000_000))
            assert len(bucket.get_object("large").read()) == 9_000_000


def test_a_server_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package of the server."""
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(StartError, match="did not start"), running():
        pass


@pytest.mark.slow
def test_the_wheel_in_a_clean_environment(tmp_path: Path) -> None:
    """The fixture is there for any test-suite, and the program for a shell."""

    def run(*command: str | Path) -> str:
        finished = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=500, check=False
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("darkroom-*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env/bin/python"
    run(python, "-m", "pip", "install", "--quiet", f"{wheel}[local]", "pytest", "oss2")
    (tmp_path / "test_suite.py").write_text(SUITE)
    assert "1 passed" in run(python, "-m", "pytest", "test_suite.py")
    assert "darkroom local" in run(tmp_path / "env/bin/darkroom", "local", "--help")
