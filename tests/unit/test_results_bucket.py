"""The template empties what the service puts into the results bucket, and each in its time."""

import pytest

from darkroom.aws.s3_multipart import PREFIX as PARTS
from darkroom.aws.s3_results import PREFIX as RESULTS
from darkroom.settings import Settings
from local.cloudformation import Stack
from tests.deployments import variables
from tests.stack import stack_with

KEPT = stack_with({"ResultCacheDays": "30", "ResultCacheMinMs": "100"})
MADE = stack_with({})


def days(stack: Stack) -> dict[str, int]:
    """Give after how many days what begins with a prefix is deleted."""
    rules = stack.properties("Results")["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return {rule["Prefix"]: int(rule["ExpirationInDays"]) for rule in rules}


@pytest.mark.parametrize(("stack", "kept"), [(MADE, 1), (KEPT, 30)], ids=["made", "kept"])
def test_everything_in_the_results_bucket_expires(stack: Stack, kept: int) -> None:
    """Parts after a day; results when they are no longer to be given again.

    No prefix begins with another: S3 takes the shorter time where rules overlap.
    """
    assert days(stack) == {RESULTS: kept, PARTS: 1}
    assert not RESULTS.startswith(PARTS)
    assert not PARTS.startswith(RESULTS)


@pytest.mark.parametrize("stack", [MADE, KEPT], ids=["made", "kept"])
def test_the_function_keeps_what_the_bucket_keeps(stack: Stack) -> None:
    """Only where there are days for it."""
    settings = Settings.from_environ(variables(stack))
    assert settings.result_cache == (stack is KEPT)
    assert settings.result_cache_min_ms == (100 if stack is KEPT else 0)
