"""`make run` processes jobs: rules of a bucket, and asynchronous requests."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import oss2
import pytest
from PIL import Image

from darkroom.process.parameters import encode_base64
from local import demo
from tests.functional.local.test_run import ROOT, run
from tests.pictures import photographic, stored

SECONDS = 2.0
"""Limit from an upload to all targets of the rules."""

PICTURE = stored(photographic((400, 300)), "JPEG")
RULES = [
    {
        "prefix": "uploads/",
        "targets": [{"process": "image/resize,w_100", "key": "small/{basename}"}],
    },
    {
        "suffix": ".jpg",
        "prefix": "uploads/",
        "targets": [
            {
                "process": "image/rotate,90",
                "key": "turned/{barename}.{autoext}",
                "bucket": demo.PRIVATE,
            }
        ],
    },
]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Run the application."""
    with run(tmp_path) as (_, url):
        yield url


def bucket(url: str, name: str) -> oss2.Bucket:
    """Connect to a bucket."""
    key = demo.ACCESS_KEY
    auth = oss2.Auth(str(key["id"]), str(key["secret"]))
    return oss2.Bucket(auth, url, name, is_path_style=True)


def until[T](ask: Callable[[], T | None], seconds: float) -> T:
    """Call `ask` until it returns a value."""
    end = monotonic() + seconds
    while (answer := ask()) is None:
        assert monotonic() < end, f"not within {seconds} s"
        sleep(0.05)
    return answer


def size(where: oss2.Bucket, key: str) -> tuple[int, int] | None:
    """Return the size of a picture, or None while the object is missing."""
    if not where.object_exists(key):
        return None
    return Image.open(io.BytesIO(where.get_object(key).read())).size


def settle(url: str, rules: object, folder: Path) -> None:
    """Set the rules of the public bucket with the tool."""
    settings = folder / "settings.json"
    settings.write_text(json.dumps({"acl": "public-read", "events": rules}))
    environment = {
        "DARKROOM_ACCESS_KEY_ID": str(demo.ACCESS_KEY["id"]),
        "DARKROOM_ACCESS_KEY_SECRET": str(demo.ACCESS_KEY["secret"]),
    }
    command = [sys.executable, str(ROOT / "tools/bucket_settings.py"), url, demo.PUBLIC]
    subprocess.run([*command, str(settings)], env=environment, check=True, capture_output=True)


def test_two_rules_store_their_targets_in_time(url: str, tmp_path: Path) -> None:
    """Rules store their targets in the same bucket and in another one within the limit."""
    settle(url, RULES, tmp_path)
    source, other = bucket(url, demo.PUBLIC), bucket(url, demo.PRIVATE)
    source.put_object("uploads/first.jpg", PICTURE)  # warms up: the function has just started
    until(lambda: size(other, "turned/first.jpg"), seconds=20)
    began = monotonic()
    source.put_object("uploads/a.jpg", PICTURE)
    assert until(lambda: size(source, "small/a.jpg"), SECONDS) == (100, 75)
    rest = SECONDS - (monotonic() - began)
    assert until(lambda: size(other, "turned/a.jpg"), rest) == (300, 400)


def test_a_job_succeeds(url: str) -> None:
    """A job that oss2 submits succeeds, and its task names the target."""
    public = bucket(url, demo.PUBLIC)
    public.put_object("async/a.jpg", PICTURE)
    save = f"|sys/saveas,o_{encode_base64('async/made.jpg')}"
    task = public.async_process_object("async/a.jpg", "image/resize,w_100" + save).task_id
    assert until(lambda: size(public, "async/made.jpg"), seconds=20) == (100, 75)

    def succeeded() -> dict[str, object] | None:
        params = {"x-oss-async-process": "", "taskId": task}
        answer = json.loads(public.get_object("async/a.jpg", params=params).read())
        return answer if answer["Status"] == "Succeeded" else None

    targets = until(succeeded, seconds=5)["Targets"]
    body = public.get_object("async/made.jpg").read()
    expected = {"Bucket": demo.PUBLIC, "Object": "async/made.jpg", "FileSize": len(body)}
    assert targets == [expected]
