"""What is asked of AWS and answered, for the log of a request that is looked at closely."""

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from botocore.client import ClientMeta

log = logging.getLogger(__name__)

_BEGAN = "darkroom_began"


class Client(Protocol):
    """Any client of boto3."""

    @property
    def meta(self) -> "ClientMeta":
        """What it is made of."""


def overheard[C: Client](client: C) -> C:
    """Have a client tell of its exchanges: never of what is in them, nor of whom they are about."""
    events = client.meta.events
    events.register("before-call", _begin)
    events.register("after-call", _answered)
    events.register("after-call-error", _failed)
    return client


def _begin(context: dict[str, Any], **_: object) -> None:
    context[_BEGAN] = perf_counter()


def _answered(
    model: Any, parsed: Mapping[str, Any], http_response: Any, context: dict[str, Any], **_: object
) -> None:
    if log.isEnabledFor(logging.DEBUG):
        answer = {
            "status": http_response.status_code,
            "refusal": parsed.get("Error", {}).get("Code"),
            "retries": parsed.get("ResponseMetadata", {}).get("RetryAttempts"),
            "bytes": http_response.headers.get("content-length"),
        }
        log.debug("aws call", extra={**_asked(model, context), **answer})


def _failed(exception: Exception, context: dict[str, Any], **_: object) -> None:
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "aws call failed", extra={**_asked(None, context), "error": type(exception).__name__}
        )


def _asked(model: Any, context: Mapping[str, Any]) -> dict[str, object]:
    spent = perf_counter() - context.get(_BEGAN, perf_counter())
    asked = {"store": model.service_model.service_name, "action": model.name} if model else {}
    return {**asked, "milliseconds": round(1000 * spent, 1)}
