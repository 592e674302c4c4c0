"""A request as its handler receives it."""

from collections.abc import Callable, Mapping
from typing import cast

from msgspec import Struct

from darkroom.auth import Caller
from darkroom.buckets import Bucket
from darkroom.errors import OssError, no_such_bucket
from darkroom.imaging.context import ProcessingContext
from darkroom.process.grammar import PROCESS
from darkroom.usecases.preconditions import Preconditions
from darkroom.usecases.services import Services
from darkroom.web.http import Address, Request, Response
from darkroom.web.wire import QueryParameter


class RequestTarget(Struct, frozen=True, kw_only=True):
    """The address of a request, resolved once for routing, authorization and CORS."""

    address: Address
    known_bucket: Bucket | None
    """The bucket with its settings; None where the service has no such bucket."""
    error: OssError | None = None
    """Why address or bucket could not be resolved; raised before a handler is chosen."""

    @property
    def bucket(self) -> Bucket:
        """The bucket addressed; raises `NoSuchBucket`."""
        if self.known_bucket is None:
            raise no_such_bucket(self.address.bucket)
        return self.known_bucket


class RequestContext(Struct, frozen=True, kw_only=True):
    """A request whose caller is authenticated and authorized, with the services for its handler."""

    request: Request
    target: RequestTarget
    caller: Caller
    services: Services
    processing: ProcessingContext
    process_parameter: str = PROCESS
    """The query parameter that counts as `x-oss-process` (spec 07 §2)."""
    process: str = ""
    """Its value as written; empty where the query has none."""

    @property
    def bucket(self) -> Bucket:
        """The bucket addressed; raises `NoSuchBucket`."""
        return self.target.bucket

    @property
    def reply_limit(self) -> int:
        """Bytes of the largest body that a reply carries."""
        return self.services.settings.reply_limit

    @property
    def key(self) -> str:
        """The object key addressed, empty for a bucket."""
        return self.target.address.key

    @property
    def query(self) -> Mapping[QueryParameter, str]:
        """The first value of each query parameter that the interface has a name for."""
        return cast("Mapping[QueryParameter, str]", self.request.query)

    @property
    def preconditions(self) -> Preconditions | None:
        """The conditional headers of the request, None where it has none."""
        headers = self.request.headers
        conditional = any(name.startswith("if-") for name in headers)
        return Preconditions.from_headers(headers) if conditional else None


type Handler = Callable[[RequestContext], Response]
"""Answers a request, or raises the `OssError` that answers it."""
