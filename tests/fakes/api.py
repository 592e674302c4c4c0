"""The service over an HTTP API and stores in memory: requests as sent, replies as received."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from darkroom.auth import AccessKey, Permission, SignedRequest
from darkroom.auth.signed_request import Pairs
from darkroom.buckets import Acl, Bucket
from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.ports.objects import ObjectLister
from darkroom.usecases.services import Services
from darkroom.web.dispatch import admit, answer, locate
from darkroom.web.http import Response
from darkroom.web.lambda_events import request_from_event, response_to_event
from darkroom.web.responses import error_response, fit_reply_limit, head_response
from local.events import HttpRequest, event
from local.triggers import Trigger
from tests.fakes.multipart import MemoryMultipartStore
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import NOW, memory_services
from tools import oss_client

OWNER = AccessKey(
    id="owner", secret="s", buckets=frozenset({"*"}), permissions=frozenset(Permission)
)
BUCKETS = (Bucket(name="closed"), Bucket(name="open", acl=Acl.PUBLIC_READ_WRITE))


@dataclass(frozen=True, kw_only=True)
class Received:
    """A reply as a client receives it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class MemoryApi:
    """Sends requests through the event of an HTTP API to the dispatcher."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    lister: ObjectLister | None = None
    """Lists in place of the objects."""
    services: Services = field(init=False)

    def __post_init__(self) -> None:
        """Build the services of these objects."""
        built = memory_services(*BUCKETS, objects=self.objects, keys=[OWNER])
        multipart = MemoryMultipartStore(objects=self.objects)
        object.__setattr__(
            self,
            "services",
            replace(built, multipart=multipart, lister=self.lister or built.lister),
        )

    def ask(
        self,
        method: str,
        bucket: str | None,
        key: str = "",
        *,
        query: Pairs = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        signed: str = "header",
    ) -> Received:
        """Send a request; `signed` is the place of the signature, empty for none."""
        request = SignedRequest(
            method=method,
            bucket=bucket,
            key=key,
            query=query,
            headers={"host": "api", "content-length": str(len(body)), **(headers or {})},
            body=lambda: body,
        )
        if signed == "header":
            request = oss_client.v4_header(request, OWNER, now=NOW, region="any")
        elif signed:
            request = oss_client.v1_url(request, OWNER, expires=int(NOW.timestamp()) + 60)
        return self.send(request)

    def send(self, request: SignedRequest, trigger: Trigger = Trigger.HTTP_API) -> Received:
        """Send a request as it is."""
        sent = HttpRequest(
            method=request.method,
            target=request.target(),
            headers=tuple(request.headers.items()),
            body=request.body(),
        )
        reply = self.invoke(json.loads(json.dumps(event(sent, trigger, NOW))))
        body = base64.b64decode(reply["body"]) if reply["isBase64Encoded"] else reply["body"]
        return Received(
            status=reply["statusCode"],
            headers=reply["headers"],
            body=body if isinstance(body, bytes) else body.encode(),
        )

    def invoke(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Answer an event; an unexpected exception is raised."""
        return response_to_event(self._answer(sent))

    def _answer(self, sent: Mapping[str, Any]) -> Response:
        request = request_from_event(sent)
        head = request.method == "HEAD"
        try:
            target = locate(request, self.services)
            response = answer(admit(request, target, self.services, ProcessingContext()))
            if head:
                return head_response(response)
            return fit_reply_limit(
                response, self.services.settings.reply_limit, presigner=self.objects, results=None
            )
        except OssError as error:
            return error_response(error, request_id="0" * 24, host="api", head=head)
