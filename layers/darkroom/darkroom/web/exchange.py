"""A request and its response, as every entry handles them."""

from msgspec import Struct
from msgspec.structs import replace

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.services import Services
from darkroom.web.access_log import RequestRecord
from darkroom.web.cors import with_cors_headers
from darkroom.web.dispatch import Admitted, admit, locate
from darkroom.web.http import Request, Response
from darkroom.web.responses import (
    common_headers,
    error_response,
    fit_reply_limit,
    head_response,
    sandbox_headers,
)


class Exchange(Struct, kw_only=True):
    """A request, and what its response, log line and trace are made of.

    An entry admits the request, answers it, fits the response to what it can carry, or refuses the
    request with the exception of one of these steps; then it completes the response's headers.
    """

    request: Request
    request_id: str
    services: Services
    processing: ProcessingContext
    stopwatch: Stopwatch
    """Measures the stages of `processing`."""
    bucket: Bucket | None = None
    """The bucket addressed, once it is known."""

    def admit(self) -> Admitted | Response:
        """Resolve the address and check everything up to the right of the route."""
        target = locate(self.request, self.services)
        self.bucket = target.known_bucket
        return admit(self.request, target, self.services, self.processing)

    def fit(self, response: Response) -> Response:
        """Return what the entry can carry: no body after a HEAD, a redirect for a large one."""
        if self.request.method == "HEAD":
            return head_response(response)
        with self.processing.stage("deliver"):
            return fit_reply_limit(
                response,
                self.services.settings.reply_limit,
                presigner=self.services.presigner,
                results=self.services.results,
                streamed=self.services.settings.streams_objects,
            )

    def refuse(self, error: Exception) -> Response:
        """Answer an exception: an unexpected one is `InternalError`."""
        refusal = error if isinstance(error, OssError) else OssError(Code.INTERNAL_ERROR)
        host, head = self.request.headers.get("host", ""), self.request.method == "HEAD"
        return error_response(refusal, request_id=self.request_id, host=host, head=head)

    def complete(self, response: Response) -> Response:
        """Add the headers of CORS, of stored pages, and of every response."""
        headers = response.headers
        if self.bucket and self.bucket.cors:
            headers = with_cors_headers(headers, self.request, self.bucket)
        headers = {
            **headers,
            **sandbox_headers(headers),
            **common_headers(self.request_id, self.stopwatch, self.services.clock()),
        }
        return replace(response, headers=headers)

    def record(self, response: Response, bytes_sent: int | None = None) -> RequestRecord:
        """Return the record for log, metrics and trace."""
        return RequestRecord(
            request=self.request,
            response=response,
            stopwatch=self.stopwatch,
            log_context=self.processing.log_context,
            bytes_sent=bytes_sent,
        )
