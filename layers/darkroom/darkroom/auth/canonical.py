"""The parts that the string to sign of every version is made of (spec 01 §5)."""

from collections.abc import Collection, Iterable
from operator import itemgetter

from darkroom.auth.request import Pairs, SignedRequest, joined, percent_encoded
from darkroom.errors import invalid

OSS_PREFIX = "x-oss-"


def to_bytes(text: str) -> bytes:
    """Encode any text: distinct texts give distinct bytes and a lone surrogate no error."""
    return text.encode("utf-8", "surrogatepass")


def by_name(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Sort by name alone: a repeated name keeps its order, so that swapping values shows."""
    return tuple(sorted(pairs, key=itemgetter(0)))


def canonical_query(pairs: Pairs) -> str:
    """Encode all parameters and sort them by encoded name (V2, V4)."""
    return joined(by_name((percent_encoded(name), percent_encoded(value)) for name, value in pairs))


def canonical_headers(request: SignedRequest, also: Collection[str] = ()) -> str:
    """Write `name:value` lines of every `x-oss-*` header and of those named in `also`."""
    signed = sorted(name for name in request.headers if name.startswith(OSS_PREFIX) or name in also)
    return "".join(f"{name}:{request.header(name)}\n" for name in signed)


def header_names(text: str) -> tuple[str, ...]:
    """Read an additional-header list: SDKs write it in any order and sign it sorted."""
    return tuple(sorted({name for name in text.lower().split(";") if name}))


def check_present(request: SignedRequest, additional: Collection[str]) -> None:
    """Refuse a list of additional headers that names one which was not sent."""
    for name in additional:
        if name not in request.headers:
            raise invalid("AdditionalHeaders", name, "Every named header must be sent")
