"""What a deployed function is told, for tools that act on its queues and buckets."""

import os
import sys
from collections.abc import Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def configured(function: str | None) -> Mapping[str, str]:
    """Give the variables of a deployed function or of this process, or exit saying why not."""
    if function is None:
        return os.environ
    try:
        found = boto3.client("lambda").get_function_configuration(FunctionName=function)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"{function}: {error}")
    return {**os.environ, **found["Environment"]["Variables"]}
