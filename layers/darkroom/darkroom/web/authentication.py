"""Who sends a request: the signature on it, verified (spec 01 §5)."""

from darkroom.auth import Caller, SignedRequest, verify
from darkroom.usecases.services import World
from darkroom.web.addressing import Address
from darkroom.web.http import Request


def caller_of(request: Request, where: Address, world: World) -> Caller:
    """Tell who signed; `ANONYMOUS` for a request that claims no signature.

    Raises `OssError` for a signature that does not hold, whatever is asked for.
    """
    signed = SignedRequest(
        method=request.method,
        bucket=where.bucket or None,
        key=where.key,
        query=request.pairs,
        headers=request.headers,
        body=lambda: request.body,
    )
    return verify(signed, credentials=world.credentials, now=world.clock())
