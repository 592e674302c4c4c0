"""The environment of a deployed function, for tools that use its queues and buckets."""

import os
import sys
from collections.abc import Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def configured(function: str | None) -> Mapping[str, str]:
    """Return the variables of a deployed function, or of this process for None; may exit."""
    if function is None:
        return os.environ
    try:
        found = boto3.client("lambda").get_function_configuration(FunctionName=function)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"{function}: {error}")
    return {**os.environ, **found["Environment"]["Variables"]}
