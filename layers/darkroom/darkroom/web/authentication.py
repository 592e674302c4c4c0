"""The caller of a request: signed in header or query, or in the fields of a form."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice, product

from darkroom.auth import (
    Caller,
    SignedRequest,
    covers_all_parameters,
    verify,
    verify_body,
    verify_form,
)
from darkroom.errors import Code, OssError
from darkroom.ports.bodies import sha256_of
from darkroom.usecases.services import Services
from darkroom.web.http import NOT_UTF_8, WRITES, Address, Request, percent_decode
from darkroom.web.request_checks import check_body_intact
from darkroom.web.wire import QueryParameter

type Authenticate = Callable[[Request, Address, Services], tuple[Caller, Address]]
"""Returns the caller of a request and the address that is signed; raises `OssError`."""


def authenticate(request: Request, address: Address, services: Services) -> tuple[Caller, Address]:
    """Return the caller, `ANONYMOUS` without a signature, and the address that is signed.

    Clients that write a blank as a plus sign the blank: their key is the signed one (C-171).
    Raises `OssError` for an invalid signature, even where no permission is needed.
    """
    unreadable = request.path_was_decoded and "\ufffd" in address.key
    try:
        caller = _verify(request, address, services)
    except OssError as error:
        if error.code is not Code.SIGNATURE_DOES_NOT_MATCH:
            raise
        for key in _keys_with_blanks(request, address.key):
            signed = Address(address.bucket, key)
            with suppress(OssError):
                return _verify(request, signed, services), signed
        if unreadable:
            raise OssError(Code.INVALID_ARGUMENT, NOT_UTF_8) from error
        raise
    # Only a signature shows that such a character was sent, and is not in the place of others.
    if unreadable and caller.anonymous and request.method in WRITES:
        raise OssError(Code.INVALID_ARGUMENT, NOT_UTF_8)
    return caller, address


def process_parameter(request: Request, address: Address, accepted: Sequence[str]) -> str:
    """Return the query parameter that carries the process, the first of those accepted.

    Names of other clouds count for GET and HEAD of objects only, and not where a signature leaves
    them out: a parameter could be added to the URL without its signer (spec 07 §2). It is
    `x-oss-process` where no other name counts.
    """
    named = next((name for name in accepted if name in request.query), QueryParameter.PROCESS)
    if named == QueryParameter.PROCESS or not address.key or request.method not in ("GET", "HEAD"):
        return QueryParameter.PROCESS
    covered = covers_all_parameters(_signed(request, address))
    return named if covered else QueryParameter.PROCESS


def _verify(request: Request, address: Address, services: Services) -> Caller:
    signed = _signed(request, address)
    return verify(signed, credentials=services.credentials, now=services.clock())


def _signed(request: Request, address: Address) -> SignedRequest:
    """Return the request as its signature covers it (spec 01 §5)."""
    return SignedRequest(
        method=request.method,
        bucket=address.bucket or None,
        key=address.key,
        query=request.query_pairs,
        headers=request.headers,
        body=lambda: request.body,
        body_follows=request.body_follows,
    )


def check_received_body(request: Request, address: Address) -> None:
    """Check a body that followed its authenticated request: length and digests."""
    check_body_intact(request)
    verify_body(_signed(request, address), sha256_of(request.content))


MAX_AMBIGUOUS_PLUSES = 6
"""Pluses of a key of which each may be a blank; of more, all or none are."""


def _keys_with_blanks(request: Request, key: str) -> Iterator[str]:
    """Yield the key with blanks for its pluses; a path as it was sent shows which are `%2B`."""
    if not request.path_was_decoded:
        path = percent_decode(request.raw_path.replace("+", " "), Code.INVALID_ARGUMENT)
        blanks = path[len(path) - len(key) :]
        if blanks != key:
            yield blanks
        return
    parts = key.split("+")
    pluses = len(parts) - 1
    if pluses > MAX_AMBIGUOUS_PLUSES:
        yield key.replace("+", " ")
        return
    # All blanks first: few keys have both.
    for marks in islice(product(" +", repeat=pluses), 2**pluses - 1):
        yield "".join(chain.from_iterable(zip(parts, (*marks, ""), strict=True)))


def authenticate_form(
    request: Request, address: Address, services: Services
) -> tuple[Caller, Address]:
    """Return the caller who signed the form in the body; header and query are not checked.

    A body that was damaged on the way is refused first, since it contains the signature.
    """
    check_body_intact(request)
    fields = request.form.fields
    return verify_form(fields, credentials=services.credentials, now=services.clock()), address
