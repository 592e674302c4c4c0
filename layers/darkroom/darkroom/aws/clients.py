"""Clients of AWS, each created on first use and reused."""

import logging
from collections.abc import Mapping
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from botocore.config import Config
from botocore.session import get_session

from darkroom.aws.header_texts import send_any_text
from darkroom.aws.models import model_loader
from darkroom.settings import Settings

if TYPE_CHECKING:
    from botocore.client import ClientMeta
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient


log = logging.getLogger(__name__)

_START = "darkroom_began"


class Client(Protocol):
    """Any client of botocore."""

    @property
    def meta(self) -> "ClientMeta":
        """Description of the client, with its event hooks."""


def log_calls[C: Client](client: C) -> C:
    """Log each AWS call at DEBUG: action, status, duration. Never bodies, keys or names."""
    events = client.meta.events
    events.register("before-call", _begin)
    events.register("after-call", _log_answer)
    events.register("after-call-error", _log_failure)
    return client


def _begin(context: dict[str, Any], **_: object) -> None:
    context[_START] = perf_counter()


def _log_answer(
    model: Any, parsed: Mapping[str, Any], http_response: Any, context: dict[str, Any], **_: object
) -> None:
    if log.isEnabledFor(logging.DEBUG):
        answer = {
            "status": http_response.status_code,
            "refusal": parsed.get("Error", {}).get("Code"),
            "retries": parsed.get("ResponseMetadata", {}).get("RetryAttempts"),
            "bytes": http_response.headers.get("content-length"),
        }
        log.debug("aws call", extra={**_call_fields(model, context), **answer})


def _log_failure(exception: Exception, context: dict[str, Any], **_: object) -> None:
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "aws call failed",
            extra={**_call_fields(None, context), "error": type(exception).__name__},
        )


def _call_fields(model: Any, context: Mapping[str, Any]) -> dict[str, object]:
    elapsed = perf_counter() - context.get(_START, perf_counter())
    call = {"store": model.service_model.service_name, "action": model.name} if model else {}
    return {**call, "milliseconds": round(1000 * elapsed, 1)}


LONG_TIMEOUT = 24
"""Seconds that S3 may take to copy an object or to join parts."""

SHORT_TIMEOUT = 1
"""Seconds to wait for a response that the service can do without."""

_ONE_ATTEMPT = {"mode": "standard", "total_max_attempts": 1}


class Clients:
    """One client for each service; the standard environment chooses region and endpoints."""

    def __init__(self, settings: Settings) -> None:
        """Three attempts of `store_timeout` seconds fit the function's time."""
        self._session = get_session()
        self._session.register_component("data_loader", model_loader())
        self._send_timeout = settings.send_timeout or settings.store_timeout
        self._short_timeout = min(SHORT_TIMEOUT, settings.store_timeout)
        self._config = Config(
            signature_version="s3v4",
            connect_timeout=settings.store_timeout,
            read_timeout=settings.store_timeout,
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=settings.store_connections,
            # S3-compatible stores do not support the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )

    def _client(self, service: str, **overrides: Any) -> Any:
        """Create a client: that of boto3, whose import would take longer than botocore's alone."""
        config = self._config.merge(Config(**overrides))
        return log_calls(self._session.create_client(service, config=config))

    @cached_property
    def s3(self) -> "S3Client":
        """S3, for objects."""
        client: S3Client = self._client("s3")
        return send_any_text(client)

    def s3_long_timeout(self) -> "S3Client":
        """Return S3 with one long attempt instead of several short ones."""
        return self._s3_long_timeout

    @cached_property
    def _s3_long_timeout(self) -> "S3Client":
        client: S3Client = self._client("s3", read_timeout=LONG_TIMEOUT, retries=_ONE_ATTEMPT)
        return send_any_text(client)

    def s3_large_bodies(self) -> "S3Client":
        """Return S3 for bodies in files: it may take them slowly, and they can be sent again."""
        return self._s3_large_bodies

    @cached_property
    def _s3_large_bodies(self) -> "S3Client":
        client: S3Client = self._client(
            "s3",
            # urllib3 sends bodies with the timeout of connecting.
            connect_timeout=self._send_timeout,
            read_timeout=max(LONG_TIMEOUT, self._send_timeout),
        )
        return send_any_text(client)

    @cached_property
    def s3_short_timeout(self) -> "S3Client":
        """S3 with one short attempt, for the result cache."""
        timeout = self._short_timeout
        client: S3Client = self._client(
            "s3", connect_timeout=timeout, read_timeout=timeout, retries=_ONE_ATTEMPT
        )
        return client

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB, for settings, styles, tasks and locks."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def secretsmanager(self) -> "SecretsManagerClient":
        """Secrets Manager, for access keys and the CDN's token."""
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS, for jobs and notifications."""
        client: SQSClient = self._client("sqs")
        return client

    @cached_property
    def sqs_long_poll(self) -> "SQSClient":
        """SQS, for requests that wait for a message."""
        client: SQSClient = self._client("sqs", read_timeout=LONG_TIMEOUT)
        return client

    @cached_property
    def sns(self) -> "SNSClient":
        """SNS, for notifications."""
        client: SNSClient = self._client("sns")
        return client
