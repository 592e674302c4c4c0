#!/usr/bin/env python3
"""Print the settings of a bucket, or replace them by those of a file (docs/buckets.md).

tools/bucket_settings.py https://api.example.com demo [settings.json]

Signs with the access key in DARKROOM_ACCESS_KEY_ID and DARKROOM_ACCESS_KEY_SECRET, which needs
the permission `admin` for the bucket. Replacing checks the file first and prints what was set.
"""

import argparse
import sys
from pathlib import Path

from oss_client import access_key, exchange

from darkroom.auth import SignedRequest
from darkroom.buckets import InvalidDocument, read_bucket
from darkroom.web.wire import Parameter


def main() -> None:
    """Do what the command line asks for, or say why not."""
    options = _options()
    key = access_key()
    query = ((Parameter.BUCKET_SETTINGS, ""),)
    if options.file is not None:
        body = checked(options.file, options.bucket)
        replacing = SignedRequest(method="PUT", bucket=options.bucket, query=query)
        exchange(options.endpoint, key, replacing, body)
    asking = SignedRequest(method="GET", bucket=options.bucket, query=query)
    sys.stdout.buffer.write(exchange(options.endpoint, key, asking))


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
        read_bucket(bucket, body)
    except (OSError, InvalidDocument) as error:
        sys.exit(f"{file}: {error}")
    return body


if __name__ == "__main__":
    main()
