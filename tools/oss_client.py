"""A client of OSS: signs requests with every signature version, and sends them to a service.

The signatures use the service's own canonical forms. Every signing function returns a signed copy
of the request, whose `target` is its URL.
"""

import http.client
import os
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

from darkroom import http_dates  # noqa: E402
from darkroom.auth import v1, v2, v4  # noqa: E402
from darkroom.auth.credentials import AccessKey  # noqa: E402
from darkroom.auth.presented import UNSIGNED_PAYLOAD  # noqa: E402
from darkroom.auth.signed_request import Pairs, SignedRequest, header_names  # noqa: E402

VERSION = "x-oss-signature-version"

TIMEOUT = 30.0


def access_key() -> AccessKey:
    """Return the key in DARKROOM_ACCESS_KEY_ID and DARKROOM_ACCESS_KEY_SECRET, or exit."""
    return AccessKey(
        id=_variable("DARKROOM_ACCESS_KEY_ID"), secret=_variable("DARKROOM_ACCESS_KEY_SECRET")
    )


def _variable(name: str) -> str:
    return os.environ.get(name) or sys.exit(f"{name} is not set")


def exchange(
    endpoint: str, key: AccessKey, unsigned: SignedRequest, body: bytes | None = None
) -> bytes:
    """Sign a request, send it path-style and return the body; exit for any status but 200."""
    request = v4_header(unsigned, key, now=datetime.now(UTC), region="any")
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


def v1_header(request: SignedRequest, key: AccessKey, *, now: datetime) -> SignedRequest:
    """Sign in the header; an existing `x-oss-date` takes the place of the date."""
    date = http_dates.write_date(now, http_dates.HTTP_FORMAT)
    dated = request.with_headers({"date": date, **_token_header(key)})
    text = v1.string_to_sign(dated, dated.header("x-oss-date") or date)
    return _authorized(dated, f"{v1.SCHEME} {key.id}:{v1.sign(key.secret, text)}")


def v1_url(request: SignedRequest, key: AccessKey, *, expires: int) -> SignedRequest:
    """Sign in the URL until `expires`, in seconds since the epoch."""
    unsigned = request.with_query(_token(v1.STS_PARAMETER, key))
    signature = v1.sign(key.secret, v1.string_to_sign(unsigned, str(expires)))
    values = (signature, str(expires), key.id)
    return unsigned.with_query(tuple(zip(v1.URL_PARAMETERS, values, strict=True)))


def v2_header(
    request: SignedRequest, key: AccessKey, *, now: datetime, additional: Collection[str] = ()
) -> SignedRequest:
    """Sign in the header; `additional` names further headers to sign."""
    date = http_dates.write_date(now, http_dates.HTTP_FORMAT)
    dated = request.with_headers({"date": date, **_token_header(key)})
    names = header_names(";".join(additional))
    listed = f"AdditionalHeaders:{';'.join(names)}," if names else ""
    signature = v2.sign(key.secret, v2.string_to_sign(dated, date, names))
    return _authorized(dated, f"{v2.SCHEME} AccessKeyId:{key.id},{listed}Signature:{signature}")


def v2_url(
    request: SignedRequest, key: AccessKey, *, expires: int, additional: Collection[str] = ()
) -> SignedRequest:
    """Sign in the URL until `expires`, in seconds since the epoch."""
    names = header_names(";".join(additional))
    unsigned = request.with_query(
        (
            (VERSION, v2.URL_VERSION),
            (v2.EXPIRES, str(expires)),
            (v2.KEY_ID, key.id),
            *_additional(names),
            *_token(v2.STS_PARAMETER, key),
        )
    )
    signature = v2.sign(key.secret, v2.string_to_sign(unsigned, str(expires), names))
    return unsigned.with_query(((v2.SIGNATURE, signature),))


def v4_header(
    request: SignedRequest,
    key: AccessKey,
    *,
    now: datetime,
    region: str,
    additional: Collection[str] = (),
) -> SignedRequest:
    """Sign in the header; a body digest is signed if `x-oss-content-sha256` holds one."""
    date = http_dates.write_date(now, http_dates.BASIC_FORMAT)
    payload = {v4.PAYLOAD: request.header(v4.PAYLOAD) or UNSIGNED_PAYLOAD}
    dated = request.with_headers({v4.DATE: date, **payload, **_token_header(key)})
    scope, names = v4.Scope(date[:8], region), header_names(";".join(additional))
    signature = _v4(dated, key, date, scope, names)
    listed = f"AdditionalHeaders={';'.join(names)}," if names else ""
    credential = f"Credential={key.id}/{scope.text()}"
    return _authorized(dated, f"{v4.SCHEME} {credential},{listed}Signature={signature}")


def v4_url(
    request: SignedRequest,
    key: AccessKey,
    *,
    now: datetime,
    lifetime: int,
    region: str,
    additional: Collection[str] = (),
) -> SignedRequest:
    """Sign in the URL for `lifetime` seconds, at most 604,800."""
    date = http_dates.write_date(now, http_dates.BASIC_FORMAT)
    scope, names = v4.Scope(date[:8], region), header_names(";".join(additional))
    unsigned = request.with_query(
        (
            (VERSION, v4.URL_VERSION),
            (v4.CREDENTIAL, f"{key.id}/{scope.text()}"),
            (v4.DATE, date),
            (v4.EXPIRES, str(lifetime)),
            *_additional(names),
            *_token(v4.STS, key),
        )
    )
    return unsigned.with_query(((v4.SIGNATURE, _v4(unsigned, key, date, scope, names)),))


def _v4(
    request: SignedRequest, key: AccessKey, date: str, scope: v4.Scope, names: Collection[str]
) -> str:
    canonical = v4.canonical_request(request, request.query, names)
    return v4.sign(scope, key.secret, v4.string_to_sign(date, scope, canonical))


def _token(name: str, key: AccessKey) -> Pairs:
    return ((name, key.token.value),) if key.token else ()


def _token_header(key: AccessKey) -> dict[str, str]:
    return dict(_token(v4.STS, key))


def _additional(names: Collection[str]) -> Pairs:
    return ((v4.ADDITIONAL, ";".join(names)),) if names else ()


def _authorized(request: SignedRequest, value: str) -> SignedRequest:
    return request.with_headers({"authorization": value})
