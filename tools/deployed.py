"""What a deployed function is told, for tools that act on its queues and buckets."""

import os
from collections.abc import Mapping

import boto3


def configured(function: str | None) -> Mapping[str, str]:
    """Give the variables of a deployed function, or those of this process."""
    if function is None:
        return os.environ
    found = boto3.client("lambda").get_function_configuration(FunctionName=function)
    return {**os.environ, **found["Environment"]["Variables"]}
