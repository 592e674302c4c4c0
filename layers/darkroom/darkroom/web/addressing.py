"""Host and path → bucket and key (design D3, spec 01 §1)."""

import re
from dataclasses import dataclass

from darkroom.errors import Code, OssError
from darkroom.limits import LONGEST_KEY
from darkroom.settings import Settings
from darkroom.web.messages import Request

_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL means: no bucket is the service itself, no key the bucket."""

    bucket: str
    key: str


def address(request: Request, settings: Settings) -> Address:
    """Find bucket and key; nothing but host and path decides."""
    bucket = _bucket_of_host(request.host, settings)
    if bucket is not None:
        return _checked(bucket, request.path.removeprefix("/"))
    if not settings.path_style:
        raise OssError(Code.SECOND_LEVEL_DOMAIN_FORBIDDEN)
    bucket, _, key = request.path.removeprefix("/").partition("/")
    return _checked(bucket, key)


def _bucket_of_host(host: str, settings: Settings) -> str | None:
    if host in settings.domains:
        return settings.domains[host]
    for domain in settings.base_domains:
        if host.endswith("." + domain):
            return host.removesuffix("." + domain)
    return None


def _checked(bucket: str, key: str) -> Address:
    if bucket:
        check_bucket_name(bucket)
    if key:
        check_key(key)
    return Address(bucket, key)


def check_bucket_name(name: str) -> None:
    """Refuse what cannot be a bucket's name."""
    if not _BUCKET_NAME.fullmatch(name):
        raise OssError(Code.INVALID_BUCKET_NAME, details={"BucketName": name})


def check_key(key: str) -> None:
    """Refuse what cannot be an object's key."""
    if key.startswith(("/", "\\")) or len(key.encode()) > LONGEST_KEY:
        raise OssError(Code.INVALID_OBJECT_NAME, details={"Key": key})
