"""`darkroom local`, the service for other projects' tests, and its wheel."""

import fcntl
import os
import subprocess
import venv
from pathlib import Path

import alibabacloud_oss_v2 as oss
import oss2
import pytest

from darkroom.server.serve import serve
from local import seaweedfs
from local.child_processes import StartError
from local.standalone import LocalServer, main, running
from tests.functional.clients.oss_v2 import configured

ROOT = Path(__file__).parents[3]

SUITE = """
import io
from pathlib import Path

import darkroom
import oss2
from PIL import Image


def test_a_thumbnail(darkroom_server):
    auth = oss2.Auth(darkroom_server.access_key_id, darkroom_server.access_key_secret)
    name = darkroom_server.private_bucket
    bucket = oss2.Bucket(auth, darkroom_server.url, name, is_path_style=True)
    bucket.put_object("large", bytes(9_000_000))
    assert len(bucket.get_object("large").read()) == 9_000_000
    picture = io.BytesIO()
    Image.new("RGB", (300, 200)).save(picture, "JPEG")
    bucket.put_object("a.jpg", picture.getvalue())
    marked = bucket.get_object("a.jpg", process="image/watermark,text_SGVsbG8,color_FFFFFF").read()
    assert Image.open(io.BytesIO(marked)).getextrema()[0][1] > 200


def test_the_engine():
    assert list(Path(darkroom.__file__).parent.glob("imaging/libdarkroom_engine.*.so"))
"""

pytestmark = [
    # oss2 parses dates with a deprecated function.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def bucket_of(server: LocalServer, name: str = "") -> oss2.Bucket:
    """Return a bucket, the private one by default, as oss2 accesses it."""
    auth = oss2.Auth(server.access_key_id, server.access_key_secret)
    return oss2.Bucket(auth, server.url, name or server.private_bucket, is_path_style=True)


def test_it_runs_beside_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers with its own buckets and key, whatever the environment says of others."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "layers/darkroom"))
    monkeypatch.setenv("DARKROOM_BUCKETS", "no JSON")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with running() as server:
        for name in (server.public_bucket, server.private_bucket):
            bucket = bucket_of(server, name)
            assert list(oss2.ObjectIterator(bucket)) == []
            bucket.put_object("large", bytes(9_000_000))
            assert len(bucket.get_object("large").read()) == 9_000_000


def test_a_server_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package of the server."""
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(StartError, match="did not start"), running():
        pass


def test_a_folder_keeps_objects_and_styles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They are there at the next start, metadata included."""
    if seaweedfs.weed() is None:
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs SeaweedFS, which requirements-stores.txt installs")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "layers/darkroom"))
    with running(folder=tmp_path / "new/data") as server:
        bucket, name = bucket_of(server), server.private_bucket
        bucket.put_object("a/b", b"bytes" * 1000, headers={"x-oss-meta-of": "mine"})
        style = oss.StyleContent(content="image/resize,w_50")
        request = oss.PutStyleRequest(bucket=name, style_name="small", style=style)
        oss.Client(configured(server.url)).put_style(request)
    with running(folder=tmp_path / "new/data") as server:
        bucket = bucket_of(server)
        assert bucket.head_object("a/b").headers["x-oss-meta-of"] == "mine"
        assert bucket.get_object("a/b").read() == b"bytes" * 1000
        styles = (
            oss.Client(configured(server.url))
            .list_style(oss.ListStyleRequest(bucket=name))
            .style_list
        )
        assert [each.content for each in styles.styles] == ["image/resize,w_50"]


def test_a_folder_in_use_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As long as another process has it, and no longer."""
    monkeypatch.setattr(seaweedfs, "LOCK_SECONDS", 0.2)
    folder = tmp_path / "objects"
    folder.mkdir()
    with (folder / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StartError, match="objects is in use"), running(folder=tmp_path):
            pass


@pytest.mark.parametrize("number", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_an_error(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is to listen on it."""
    for command in (main, serve):
        with pytest.raises(SystemExit):
            command(["--port", number])
        assert "is no port from 0 to 65535" in capsys.readouterr().err


def test_a_folder_that_cannot_be_one_is_an_error(tmp_path: Path) -> None:
    """In one line."""
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="file"), running(folder=tmp_path / "file"):
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

    run("make", "-C", ROOT, "wheel", f"DIST={tmp_path}")
    (wheel,) = tmp_path.glob("darkroom-*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env/bin/python"
    run(python, "-m", "pip", "install", "--quiet", f"{wheel}[local]", "pytest", "oss2")
    (tmp_path / "test_suite.py").write_text(SUITE)
    assert "2 passed" in run(python, "-m", "pytest", "test_suite.py")
    assert "darkroom local" in run(tmp_path / "env/bin/darkroom", "local", "--help")
