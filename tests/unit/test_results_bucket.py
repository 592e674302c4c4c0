"""Objects in the results bucket expire, and only if the service does not need them any more."""

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
    """Return the days after which objects expire, by prefix."""
    rules = stack.properties("Results")["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return {rule["Prefix"]: int(rule["ExpirationInDays"]) for rule in rules}


@pytest.mark.parametrize(("stack", "kept"), [(MADE, 1), (KEPT, 30)], ids=["made", "kept"])
def test_everything_in_the_results_bucket_expires(stack: Stack, kept: int) -> None:
    """Parts expire after a day, results after `ResultCacheDays`.

    No prefix begins with another: S3 takes the shorter time where rules overlap.
    """
    assert days(stack) == {RESULTS: kept, PARTS: 1}
    assert not RESULTS.startswith(PARTS)
    assert not PARTS.startswith(RESULTS)


@pytest.mark.parametrize("stack", [MADE, KEPT], ids=["made", "kept"])
def test_the_result_cache_is_enabled_with_its_days(stack: Stack) -> None:
    """The cache is enabled if `ResultCacheDays` is set."""
    settings = Settings.from_environ(variables(stack))
    assert settings.result_cache == (stack is KEPT)
    assert settings.result_cache_min_ms == (100 if stack is KEPT else 0)
