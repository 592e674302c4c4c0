"""A request signed in each version and place."""

from datetime import datetime

from darkroom.auth import AccessKey, SignedRequest
from tools import oss_client


def sign_in_every_form(
    request: SignedRequest,
    key: AccessKey,
    *,
    now: datetime,
    seconds: int,
    region: str = "eu-west-1",
) -> dict[str, SignedRequest]:
    """Sign a request at `now` in each version and place; URLs expire after `seconds`."""
    expires = int(now.timestamp()) + seconds
    return {
        "v1 header": oss_client.v1_header(request, key, now=now),
        "v1 url": oss_client.v1_url(request, key, expires=expires),
        "v2 header": oss_client.v2_header(request, key, now=now),
        "v2 url": oss_client.v2_url(request, key, expires=expires),
        "v4 header": oss_client.v4_header(request, key, now=now, region=region),
        "v4 url": oss_client.v4_url(request, key, now=now, lifetime=seconds, region=region),
    }
