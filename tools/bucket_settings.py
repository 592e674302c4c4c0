#!/usr/bin/env python3
"""Print the settings of a bucket, or replace them by those of a file (docs/buckets.md).

tools/bucket_settings.py https://api.example.com demo [settings.json]

Signs with the access key in DARKROOM_ACCESS_KEY_ID and DARKROOM_ACCESS_KEY_SECRET, which needs
the permission `admin` for the bucket. Replacing checks the file first and prints what was set.
"""

import argparse
import http.client
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

from darkroom.auth import AccessKey, SignedRequest, signing  # noqa: E402
from darkroom.buckets import InvalidDocument, read_bucket  # noqa: E402
from darkroom.web.bucket_settings import SETTINGS  # noqa: E402

TIMEOUT = 30.0


def main() -> None:
    """Do what the command line asks for, or say why not."""
    options = _options()
    key = AccessKey(
        id=os.environ.get("DARKROOM_ACCESS_KEY_ID")
        or sys.exit("DARKROOM_ACCESS_KEY_ID is not set"),
        secret=os.environ.get("DARKROOM_ACCESS_KEY_SECRET")
        or sys.exit("DARKROOM_ACCESS_KEY_SECRET is not set"),
    )
    if options.file is not None:
        exchange(options.endpoint, key, options.bucket, checked(options.file, options.bucket))
    sys.stdout.buffer.write(exchange(options.endpoint, key, options.bucket))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("endpoint", help="where the service is, without a bucket")
    parser.add_argument("bucket")
    parser.add_argument("file", nargs="?", type=Path, help="a JSON document to set")
    return parser.parse_args()


def checked(file: Path, bucket: str) -> bytes:
    """Read a document, or exit with what is wrong with it."""
    try:
        body = file.read_bytes()
        read_bucket(bucket, json.loads(body))
    except (OSError, ValueError, InvalidDocument) as error:
        sys.exit(f"{file}: {error}")
    return body


def exchange(endpoint: str, key: AccessKey, bucket: str, body: bytes | None = None) -> bytes:
    """Ask for the settings, or send new ones; exit with the answer if that is a refusal."""
    unsigned = SignedRequest(
        method="GET" if body is None else "PUT", bucket=bucket, query=((SETTINGS, ""),)
    )
    request = signing.v4_header(unsigned, key, now=datetime.now(UTC), region="any")
    url = urlsplit(endpoint)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=TIMEOUT)
    try:
        connection.request(request.method, request.target(), body, dict(request.headers))
        response = connection.getresponse()
        answer = response.read()
    except OSError as error:
        sys.exit(f"{endpoint}: {error}")
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        sys.exit(f"{endpoint} answered {response.status}\n{answer.decode(errors='replace')}")
    return answer


if __name__ == "__main__":
    main()
