"""What `make run` serves: two buckets of sample pictures, one public and one private."""

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PICTURES = Path(__file__).parent / "pictures"
PUBLIC, PRIVATE, RESULTS = "demo", "demo-private", "darkroom-results"

SETTINGS = {
    "DARKROOM_BUCKETS": f'{{"{PUBLIC}": {{"acl": "public-read"}}, "{PRIVATE}": {{}}}}',
    "DARKROOM_BASE_DOMAINS": "localhost",
    "DARKROOM_RESULTS_BUCKET": RESULTS,
}

_TYPES = {".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic"}
"""What not every Python's table knows."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file and the key under which it is to be found."""

    key: str
    path: Path

    @property
    def content_type(self) -> str:
        """Type by the file's name, as an uploading client would send it."""
        guessed = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        return _TYPES.get(self.path.suffix.lower(), guessed)


def samples(folder: Path) -> Iterator[Sample]:
    """Find the files of a folder and its sub-folders, but for hidden ones."""
    for path in sorted(folder.rglob("*")):
        key = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in key.parts):
            yield Sample(key=key.as_posix(), path=path)


def fill(s3: "S3Client", content: Mapping[str, list[Sample]]) -> None:
    """Create each bucket that is missing and put its samples into it."""
    for bucket, found in content.items():
        _create(s3, bucket)
        for sample in found:
            s3.put_object(
                Bucket=bucket,
                Key=sample.key,
                Body=sample.path.read_bytes(),
                ContentType=sample.content_type,
            )


def _create(s3: "S3Client", bucket: str) -> None:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket)


def tour(url: str, port: int, keys: list[str]) -> Iterator[str]:
    """Suggest addresses to try."""
    photo = next((key for key in keys if key.endswith(".jpg")), keys[0] if keys else "example.jpg")
    where = f"{url}/{PUBLIC}/{photo}"
    yield where
    yield f"{where}?x-oss-process=image/resize,w_100/rotate,90"
    yield f"{where}?x-oss-process=image/resize,m_fill,w_300,h_300/format,webp"
    yield f"{where}?x-oss-process=image/info"
    yield f"http://{PUBLIC}.localhost:{port}/{photo}?x-oss-process=image/resize,w_400"
