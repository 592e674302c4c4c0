"""Host and path → bucket and key (decision 007, spec 01 §1)."""

from dataclasses import dataclass

from darkroom.errors import Code, OssError
from darkroom.names import check_bucket_name, check_key
from darkroom.settings import Settings
from darkroom.web.messages import Request


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
    if bucket or key:
        check_bucket_name(bucket)
    if key:
        check_key(key)
    return Address(bucket, key)
