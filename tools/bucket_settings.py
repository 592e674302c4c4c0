#!/usr/bin/env python3
"""Print the settings of a bucket, or replace them with those of a file (docs/buckets.md).

tools/bucket_settings.py https://api.example.com demo [settings.json]

Signs with the access key in DARKROOM_ACCESS_KEY_ID and DARKROOM_ACCESS_KEY_SECRET, which needs
the permission `admin` for the bucket. A file is validated before it is sent; the settings are
printed afterwards.
"""

import argparse
import sys
from pathlib import Path

from oss_client import access_key, exchange

from darkroom.auth import SignedRequest
from darkroom.buckets import InvalidDocument, read_bucket
from darkroom.web.wire import QueryParameter


def main() -> None:
    """Run the command line; exit with a message on an error."""
    options = _options()
    key = access_key()
    query = ((QueryParameter.BUCKET_SETTINGS, ""),)
    if options.file is not None:
        body = read_settings(options.file, options.bucket)
        put = SignedRequest(method="PUT", bucket=options.bucket, query=query)
        exchange(options.endpoint, key, put, body)
    get = SignedRequest(method="GET", bucket=options.bucket, query=query)
    sys.stdout.buffer.write(exchange(options.endpoint, key, get))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("endpoint", help="URL of the service, without a bucket")
    parser.add_argument("bucket")
    parser.add_argument("file", nargs="?", type=Path, help="JSON document with the new settings")
    return parser.parse_args()


def read_settings(file: Path, bucket: str) -> bytes:
    """Return the content of a valid document, or exit with the error in it."""
    try:
        body = file.read_bytes()
        read_bucket(bucket, body)
    except (OSError, InvalidDocument) as error:
        sys.exit(f"{file}: {error}")
    return body


if __name__ == "__main__":
    main()
