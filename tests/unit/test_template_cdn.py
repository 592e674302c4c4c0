"""The CDN of the template: what it passes on, what it keeps, and how it is known."""

import pytest

from darkroom.errors import Code
from darkroom.web import lambda_events
from local.cloudformation import Stack
from tests.deployments import EXAMPLES, EXECUTE_API, deployment, variables
from tests.stack import stack_with

WITH_OR_WITHOUT = pytest.mark.parametrize(
    "stack", [deployment("Cdn"), deployment("Cdn", "DomainName")], ids=["alone", "domain"]
)


def behaviour(stack: Stack) -> dict[str, object]:
    """Give what is done with requests."""
    found: dict[str, object] = stack.properties("Distribution")["DistributionConfig"][
        "DefaultCacheBehavior"
    ]
    return found


def test_there_is_none_by_default() -> None:
    """Nothing of it, and nobody asks for its word."""
    stack = deployment()
    assert not [name for name, _ in stack.of_type("AWS::CloudFront::Distribution")]
    assert variables(stack)["DARKROOM_ORIGIN_SECRET"] == ""


@WITH_OR_WITHOUT
def test_the_function_knows_the_word_that_it_says(stack: Stack) -> None:
    """CloudFront adds the header that the function reads, from the same secret."""
    (origin,) = stack.properties("Distribution")["DistributionConfig"]["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"].lower() == lambda_events.ORIGIN_TOKEN_HEADER
    assert header["HeaderValue"] == "{{resolve:secretsmanager:<OriginSecret>:SecretString:::}}"
    assert variables(stack)["DARKROOM_ORIGIN_SECRET"] == "<OriginSecret>"
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


@pytest.mark.parametrize(("cdn", "required"), [("optional", "false"), ("required", "true")])
def test_the_way_past_it_can_stay_open(cdn: str, required: str) -> None:
    """While clients move from one to the other."""
    assert variables(stack_with({"Cdn": cdn}))["DARKROOM_ORIGIN_SECRET_REQUIRED"] == required


def test_a_version_of_the_word_can_be_chosen() -> None:
    """The reference changes with it, else CloudFormation would not look."""
    (origin,) = deployment("OriginSecretVersion").properties("Distribution")["DistributionConfig"][
        "Origins"
    ]
    value = origin["OriginCustomHeaders"][0]["HeaderValue"]
    version = EXAMPLES["OriginSecretVersion"]
    assert value == f"{{{{resolve:secretsmanager:<OriginSecret>:SecretString:::{version}}}}}"


@pytest.mark.parametrize(
    ("domain", "origin", "policy", "headers"),
    [
        (
            False,
            EXECUTE_API,
            "b689b0a8-53d0-40ab-baf2-68738e2966ac",  # Managed-AllViewerExceptHostHeader
            {"Authorization", "Origin"},
        ),
        (
            True,
            "<BucketsDomain.RegionalDomainName>",
            "216adef6-5c7f-47e4-b989-5492eafa07d3",  # Managed-AllViewer
            {"Authorization", "Origin", "Host"},
        ),
    ],
    ids=["alone", "domain"],
)
def test_the_host_counts_where_there_is_a_domain(
    domain: bool, origin: str, policy: str, headers: set[str]
) -> None:
    """It names the bucket; without a domain the API would not know it."""
    stack = deployment("Cdn", *(["DomainName"] if domain else []))
    configuration = stack.properties("Distribution")["DistributionConfig"]
    assert configuration["Origins"][0]["DomainName"] == origin
    assert behaviour(stack)["OriginRequestPolicyId"] == policy
    key = stack.properties("CachePolicy")["CachePolicyConfig"][
        "ParametersInCacheKeyAndForwardedToOrigin"
    ]
    assert set(key["HeadersConfig"]["Headers"]) == headers
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    aliases = {"oss.example.com", "*.oss.example.com"} if domain else set()
    assert set(configuration.get("Aliases", ())) == aliases


@WITH_OR_WITHOUT
def test_every_method_passes_and_two_are_kept(stack: Stack) -> None:
    """What is written is never answered from a cache."""
    does = behaviour(stack)
    assert does["CachedMethods"] == ["GET", "HEAD"]
    methods = {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    assert set(does["AllowedMethods"]) == methods  # type: ignore[call-overload]


@WITH_OR_WITHOUT
def test_private_and_no_store_are_believed(stack: Stack) -> None:
    """CloudFront keeps for its least time what says so, and errors for theirs: so both are 0."""
    assert stack.properties("CachePolicy")["CachePolicyConfig"]["MinTTL"] == 0
    errors = stack.properties("Distribution")["DistributionConfig"]["CustomErrorResponses"]
    assert all(
        entry == {"ErrorCode": entry["ErrorCode"], "ErrorCachingMinTTL": 0} for entry in errors
    )
    # The list is CloudFront's: others are kept only where max-age says so.
    settable = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    assert {entry["ErrorCode"] for entry in errors} == settable
    assert {code.value[1] for code in Code} <= settable | {409, 411, 412}


def test_everything_goes_over_tls() -> None:
    """Of a version that is safe, to the CDN as to the API; old links by http are sent on."""
    stack = deployment("Cdn", "DomainName")
    configuration = stack.properties("Distribution")["DistributionConfig"]
    assert behaviour(stack)["ViewerProtocolPolicy"] == "redirect-to-https"
    assert configuration["ViewerCertificate"] == {
        "AcmCertificateArn": EXAMPLES["CdnCertificate"],
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    (origin,) = configuration["Origins"]
    assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


@WITH_OR_WITHOUT
def test_it_waits_longer_than_the_api(stack: Stack) -> None:
    """Else it would ask again while the first answer is on its way."""
    (origin,) = stack.properties("Distribution")["DistributionConfig"]["Origins"]
    api = stack.properties("Integration")["TimeoutInMillis"]
    assert origin["CustomOriginConfig"]["OriginReadTimeout"] * 1000 > api


def test_a_web_acl_stands_before_it() -> None:
    """Where one is given."""
    names = {changed: deployment(*changed) for changed in (("Cdn",), ("WebAcl",))}
    acls = [
        s.properties("Distribution")["DistributionConfig"].get("WebACLId") for s in names.values()
    ]
    assert acls == [None, EXAMPLES["WebAcl"]]
