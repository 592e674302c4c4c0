"""The time of authenticating a warm request, by signature version and place."""

import json
import statistics
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace

from benchmarks.workers.darkroom_handler import loaded
from darkroom.auth import AccessKey, SignedRequest
from darkroom.aws.secrets import SecretKeys
from darkroom.usecases.services import Services
from darkroom.web.authentication import authenticate
from darkroom.web.dispatch import parse_address
from darkroom.web.http import Request
from tools import oss_client

MAX_MS: Mapping[str, float] = {"V1 header": 0.5, "V1 URL": 0.5, "V4 header": 1.0, "V4 URL": 1.0}
"""Targets of the medians in milliseconds."""

KEY = AccessKey(id="benchmark", secret="not-a-secret")  # noqa: S106 - of no real account
PROCESS = "image/resize,m_fill,w_300,h_300/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ/format,webp"
UNSIGNED = SignedRequest(
    method="GET",
    bucket="demo",
    key="holiday/2026/图 1.jpg",
    query=(("x-oss-process", PROCESS),),
    headers={
        "host": "images.example.com",
        "user-agent": "aliyun-sdk-python/2.19.1",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate",
        "content-type": "application/octet-stream",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-proto": "https",
        "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
        "x-oss-meta-author": "alice",
    },
)


def milliseconds(runs: int = 2000) -> Mapping[str, float]:
    """Return the median of each kind of signature, with the keys in the cache."""
    services = replace(loaded().services, credentials=_keys())
    return {
        kind: statistics.median(_spent(request, services) for _ in range(runs))
        for kind, request in _signed().items()
    }


def _keys() -> SecretKeys:
    entry = {"id": KEY.id, "secret": KEY.secret, "buckets": ["demo"], "permissions": ["read"]}
    answer = {"SecretString": json.dumps([entry])}
    client: Any = SimpleNamespace(get_secret_value=lambda **_: answer)
    return SecretKeys(client, "keys", lambda: datetime.now(UTC))


def _signed() -> Mapping[str, SignedRequest]:
    now = datetime.now(UTC)
    until = int((now + timedelta(hours=1)).timestamp())
    region = "cn-hangzhou"
    return {
        "V1 header": oss_client.v1_header(UNSIGNED, KEY, now=now),
        "V1 URL": oss_client.v1_url(UNSIGNED, KEY, expires=until),
        "V4 header": oss_client.v4_header(UNSIGNED, KEY, now=now, region=region),
        "V4 URL": oss_client.v4_url(UNSIGNED, KEY, now=now, lifetime=3600, region=region),
    }


def _spent(signed: SignedRequest, services: Services) -> float:
    """Return the milliseconds of authenticating a request, including decoding it."""
    path, _, query = signed.target().partition("?")
    request = Request(method="GET", raw_path=path, raw_query=query, headers=signed.headers)
    began = perf_counter()
    caller, _ = authenticate(request, parse_address(request, services.settings), services)
    spent = 1000 * (perf_counter() - began)
    if caller.key_id != KEY.id:
        raise RuntimeError("the signature does not hold")
    return spent
