"""The session of OSS tutorials, from upload to deletion, with oss2 and any endpoint.

Run it: python tests/functional/clients/session.py http://127.0.0.1:8000
"""

import argparse
import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import oss2
from PIL import Image

STEPS = (
    "image/resize,m_fixed,w_100,h_100",
    "image/crop,w_100,h_100,x_100,y_100,r_1",
    "image/rotate,90",
    "image/sharpen,100",
    "image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ",
    "image/format,png",
)
"""Processes that are requested, and then saved, each under a key of its own."""

CASCADE = "image/resize,m_fixed,w_100,h_100/rotate,90/format,webp"

type Line = tuple[str, str]
"""A step and its outcome."""


def session(bucket: Any, picture: bytes) -> Iterator[Line]:
    """Yield the lines of the session; delete everything at the end."""
    key = "session/example.jpg"
    bucket.put_object(key, picture)
    yield "upload", key
    yield from _answers(bucket, key)
    yield from _style(bucket, key)
    url = bucket.sign_url("GET", key, 60, params={"x-oss-process": STEPS[0]}, slash_safe=True)
    with urlopen(url) as response:
        yield "signed URL", described(response.read())
    yield from _saves(bucket, key)
    bucket.delete_object(key)
    yield "delete", "gone" if not bucket.object_exists(key) else "still there"


def _answers(bucket: Any, key: str) -> Iterator[Line]:
    for process in (*STEPS, CASCADE):
        yield process, described(bucket.get_object(key, process=process).read())


def _style(bucket: Any, key: str) -> Iterator[Line]:
    bucket.put_bucket_style("session-small", "image/resize,w_200")
    process = "style/session-small"
    yield process, described(bucket.get_object(key, process=process).read())
    bucket.delete_bucket_style("session-small")


def _saves(bucket: Any, key: str) -> Iterator[Line]:
    """Save under a new key, read the result, and delete it."""
    where = b64(bucket.bucket_name)
    for number, process in enumerate(STEPS, 1):
        target = f"session/saved-{number}"
        answer = bucket.process_object(key, f"{process}|sys/saveas,o_{b64(target)},b_{where}")
        saved = described(bucket.get_object(target).read())
        yield f"{process}|sys/saveas", f"{answer.process_status} {answer.object}: {saved}"
        bucket.delete_object(target)


def b64(text: str) -> str:
    """Encode a name as an argument."""
    return base64.urlsafe_b64encode(text.encode()).decode()


def described(body: bytes) -> str:
    """Return format and size of a picture."""
    image = Image.open(io.BytesIO(body))
    return f"{image.format} {image.width}×{image.height}"


def drawn() -> bytes:
    """Draw the default picture in the size of the tutorials."""
    across = Image.linear_gradient("L").rotate(90)
    image = Image.merge("RGB", (across, Image.radial_gradient("L"), Image.linear_gradient("L")))
    file = io.BytesIO()
    image.resize((400, 267)).save(file, "JPEG")
    return file.getvalue()


def main() -> None:
    """Print the session."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("endpoint")
    parser.add_argument("--bucket", default="demo-private")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--key", nargs=2, default=("darkroom", "darkroom-secret"))
    options = parser.parse_args()
    auth = oss2.Auth(*options.key)
    bucket = oss2.Bucket(auth, options.endpoint, options.bucket, is_path_style=True)
    picture = options.picture.read_bytes() if options.picture else drawn()
    for step, outcome in session(bucket, picture):
        print(f"{step:60}{outcome}", flush=True)


if __name__ == "__main__":
    main()
