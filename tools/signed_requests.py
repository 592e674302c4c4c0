"""Requests to a running service, signed with the access key in the environment."""

import http.client
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

from darkroom.auth import AccessKey, SignedRequest, signing  # noqa: E402

TIMEOUT = 30.0


def access_key() -> AccessKey:
    """Read DARKROOM_ACCESS_KEY_ID and DARKROOM_ACCESS_KEY_SECRET, or exit."""
    return AccessKey(
        id=_variable("DARKROOM_ACCESS_KEY_ID"), secret=_variable("DARKROOM_ACCESS_KEY_SECRET")
    )


def _variable(name: str) -> str:
    return os.environ.get(name) or sys.exit(f"{name} is not set")


def exchange(
    endpoint: str, key: AccessKey, unsigned: SignedRequest, body: bytes | None = None
) -> bytes:
    """Sign and send a request, path-style; exit with the answer if that is a refusal."""
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
