"""`make run EMULATE=1`: the build answers, runs jobs, and ends all its processes."""

import signal
from pathlib import Path

from PIL import Image

from local import demo
from tests.functional.local.test_queues import bucket, settle, size, until
from tests.functional.local.test_run import descendants, get, left, run


def test_a_rule_runs_and_a_signal_ends_all_processes(
    build: Path,  # noqa: ARG001 - it has to be there
    tools: dict[str, str],
    tmp_path: Path,
) -> None:
    """A stored object triggers its rule; SIGTERM ends all child processes."""
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "beach.jpg")
    target = {"process": "image/resize,w_100", "key": "small/{basename}"}
    rule = {"prefix": "uploads/", "targets": [target]}
    with run(tmp_path, "--emulated", "1", **tools) as (process, url):
        assert get(f"{url}/demo/beach.jpg?x-oss-process=image/resize,w_100")[1] == "image/jpeg"
        demo_bucket = bucket(url, demo.PUBLIC)
        settle(url, [rule], tmp_path)
        demo_bucket.put_object("uploads/a.jpg", (tmp_path / "beach.jpg").read_bytes())
        assert until(lambda: size(demo_bucket, "small/a.jpg"), seconds=20) == (100, 75)
        children = descendants(process.pid)
        assert len(children) > 6  # stores, and for each function a shell, emulator and runtime
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert not left(children, seconds=0)
