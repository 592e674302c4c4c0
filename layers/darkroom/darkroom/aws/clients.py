"""Connections to AWS, each made when it is first used and kept."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from darkroom.aws.exchanges import overheard
from darkroom.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient


PATIENCE = 24
"""Seconds that S3 may take for a copy or for joining parts."""

HASTE = 1
"""Seconds of silence after which what can be done without is done without."""


class Clients:
    """One client a service; the standard environment chooses region and endpoints."""

    def __init__(self, settings: Settings) -> None:
        """Give up in time: three silences and a pause between them leave room for an answer."""
        self._haste = min(HASTE, settings.store_timeout)
        self._config = Config(
            signature_version="s3v4",
            connect_timeout=settings.store_timeout,
            read_timeout=settings.store_timeout,
            retries={"mode": "standard", "total_max_attempts": 3},
            # Stores that only resemble S3 do not know the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )

    @cached_property
    def s3(self) -> "S3Client":
        """Objects."""
        return overheard(boto3.client("s3", config=self._config))

    def patient_s3(self) -> "S3Client":
        """Objects, with one long wait for an answer instead of several short ones."""
        return self._patient_s3

    @cached_property
    def _patient_s3(self) -> "S3Client":
        once = Config(read_timeout=PATIENCE, retries={"mode": "standard", "total_max_attempts": 1})
        return overheard(boto3.client("s3", config=self._config.merge(once)))

    @cached_property
    def hasty_s3(self) -> "S3Client":
        """Objects that can be done without: one short wait for an answer."""
        once = Config(
            connect_timeout=self._haste,
            read_timeout=self._haste,
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        return overheard(boto3.client("s3", config=self._config.merge(once)))

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """Settings, styles, tasks and locks."""
        return overheard(boto3.client("dynamodb", config=self._config))

    @cached_property
    def secretsmanager(self) -> "SecretsManagerClient":
        """Access keys."""
        return overheard(boto3.client("secretsmanager", config=self._config))

    @cached_property
    def sqs(self) -> "SQSClient":
        """Jobs."""
        return overheard(boto3.client("sqs", config=self._config))

    @cached_property
    def sns(self) -> "SNSClient":
        """Notifications."""
        return overheard(boto3.client("sns", config=self._config))
