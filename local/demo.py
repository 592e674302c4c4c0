"""The content of `make run`: two buckets of sample pictures, one public and one private."""

import json
import mimetypes
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from local.playground import Page
from local.resources import (
    ACCESS_KEY,
    KEY_ID,
    KEYS,
    PRIVATE,
    PUBLIC,
    RESULTS,
    SECRET,
    SETTINGS,
    TABLE,
    ensure_bucket,
    ensure_keys,
    ensure_table,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

__all__ = [
    "ACCESS_KEY",
    "KEYS",
    "KEY_ID",
    "PRIVATE",
    "PUBLIC",
    "RESULTS",
    "SECRET",
    "SETTINGS",
    "TABLE",
    "Sample",
    "ensure_bucket",
    "ensure_keys",
    "ensure_table",
    "fill",
    "page",
    "settings",
    "snippet",
    "tour",
]

PICTURES = Path(__file__).parent / "pictures"

FIRST_SAMPLE = "landscape.jpg"
"""Key of the sample that the suggested URLs use, as README.md does, if no own picture precedes."""

MAX_KEY_BYTES = 1023
"""As in OSS."""


def settings(cors_rule: Mapping[str, object]) -> Mapping[str, str]:
    """Return the variables of the functions; both buckets have the CORS rule."""
    cors = {"cors": [cors_rule]}
    buckets = {PUBLIC: {"acl": "public-read", **cors}, PRIVATE: cors}
    return {**SETTINGS, "DARKROOM_BUCKETS": json.dumps(buckets)}


_TYPES = {".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic"}
"""Content types that are missing from `mimetypes` of some Python versions."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file and its object key."""

    key: str
    path: Path

    @property
    def content_type(self) -> str:
        """Content type by the file's name, as an uploading client would send it."""
        guessed = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        return _TYPES.get(self.path.suffix.lower(), guessed)


def fill(s3: "S3Client", images: Path | None) -> Sequence[Sample]:
    """Store the files of `images`, and the samples, in both buckets; return what was stored.

    A file of `images` replaces the sample of the same key.
    """
    own = list(_samples(images)) if images else []
    taken = {sample.key for sample in own}
    pictures = (sample for sample in _samples(PICTURES) if sample.content_type.startswith("image/"))
    others = (sample for sample in pictures if sample.key not in taken)
    samples = [*own, *sorted(others, key=lambda sample: sample.key != FIRST_SAMPLE)]
    ensure_bucket(s3, RESULTS)
    for bucket in (PUBLIC, PRIVATE):
        ensure_bucket(s3, bucket)
        for sample in samples:
            s3.put_object(
                Bucket=bucket,
                Key=sample.key,
                Body=sample.path.read_bytes(),
                ContentType=sample.content_type,
            )
    return samples


def _samples(folder: Path) -> Iterator[Sample]:
    """Yield the files of a folder and its subfolders, except hidden ones."""
    for path in sorted(folder.rglob("*")):
        key = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in key.parts):
            if _is_key(key.as_posix()):
                yield Sample(key=key.as_posix(), path=path)
            else:
                print(f"skipped, its name is not a key: {str(path)!a}", file=sys.stderr)


def _is_key(name: str) -> bool:
    try:
        return len(name.encode()) <= MAX_KEY_BYTES
    except UnicodeEncodeError:  # the name has bytes that are not UTF-8
        return False


def page(url: str, samples: Sequence[Sample]) -> Page:
    """Return the page for the server at `url`, with the access key and the first picture."""
    return Page(
        service=url,
        buckets=[PUBLIC, PRIVATE],
        key=next(iter(_pictures(samples)), ""),
        access_key={"id": KEY_ID, "secret": SECRET},
    )


TOUR = (
    ("image/jpeg", ""),
    ("image/jpeg", "?x-oss-process=image/resize,w_100/rotate,90"),
    ("image/jpeg", "?x-oss-process=image/resize,m_fill,w_300,h_300/format,webp"),
    ("image/jpeg", "?x-oss-process=image/info"),
    ("image/gif", "?x-oss-process=image/resize,w_120"),
    ("image/png", "?x-oss-process=image/resize,w_300/rounded-corners,r_40/format,png"),
)
"""Content types and the queries to try on a picture of that type."""


def tour(url: str, samples: Sequence[Sample]) -> Iterator[str]:
    """Yield URLs to try for the content types that the samples have."""
    keys = {sample.content_type: quote(sample.key) for sample in reversed(_addressable(samples))}
    for content_type, query in TOUR:
        if content_type in keys:
            yield f"  {url}/{PUBLIC}/{keys[content_type]}{query}"
    if "image/jpeg" in keys:
        host = f"{PUBLIC}.localhost:{urlsplit(url).port}"
        yield f"  http://{host}/{keys['image/jpeg']}?x-oss-process=image/resize,w_400"


def _addressable(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Return the samples whose key has no question mark, at which an HTTP API cuts the path."""
    return [sample for sample in samples if "?" not in sample.key]


PASTE = """
Or paste this into a Python that has oss2, such as .venv/bin/python:

import oss2
auth = oss2.Auth({id!r}, {secret!r})
bucket = oss2.Bucket(auth, {url!r}, {bucket!r}, is_path_style=True)
bucket.get_object_to_file({key!r}, "small.jpg", process="image/resize,w_100/format,jpg")
print(bucket.sign_url("GET", {key!r}, 600, params={{"x-oss-process": "image/info"}}))
"""


def snippet(url: str, samples: Sequence[Sample]) -> Iterator[str]:
    """Yield a program that uses the first JPEG, or the first picture; nothing without pictures."""
    if keys := _pictures(samples):
        yield PASTE.format(**ACCESS_KEY, url=url, bucket=PRIVATE, key=keys[0])


def _pictures(samples: Sequence[Sample]) -> Sequence[str]:
    """Return the keys of pictures, JPEGs first."""
    pictures = (each for each in _addressable(samples) if each.content_type.startswith("image/"))
    return [
        each.key for each in sorted(pictures, key=lambda each: each.content_type != "image/jpeg")
    ]
