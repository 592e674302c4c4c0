"""The CDN of the template: forwarding, caching, and the origin secret."""

import pytest

from darkroom.errors import Code
from darkroom.web import cdn
from local.cloudformation import Stack
from tests.deployments import EXAMPLES, EXECUTE_API, deployment, variables
from tests.stack import stack_with

WITH_OR_WITHOUT = pytest.mark.parametrize(
    "stack", [deployment("Cdn"), deployment("Cdn", "DomainName")], ids=["alone", "domain"]
)


def behaviour(stack: Stack) -> dict[str, object]:
    """Return the default cache behaviour."""
    found: dict[str, object] = stack.properties("Distribution")["DistributionConfig"][
        "DefaultCacheBehavior"
    ]
    return found


def test_the_cdn_is_disabled_by_default() -> None:
    """Without a CDN the function has no origin secret."""
    stack = deployment()
    assert not [name for name, _ in stack.of_type("AWS::CloudFront::Distribution")]
    assert variables(stack)["DARKROOM_ORIGIN_SECRET"] == ""


@WITH_OR_WITHOUT
def test_cdn_and_function_use_the_same_origin_secret(stack: Stack) -> None:
    """CloudFront adds the header that the function reads, from the same secret."""
    (origin,) = stack.properties("Distribution")["DistributionConfig"]["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"].lower() == cdn.ORIGIN_TOKEN_HEADER
    assert header["HeaderValue"] == "{{resolve:secretsmanager:<OriginSecret>:SecretString}}"
    assert variables(stack)["DARKROOM_ORIGIN_SECRET"] == "<OriginSecret>"
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


@pytest.mark.parametrize(("cdn", "required"), [("optional", "false"), ("required", "true")])
def test_the_origin_secret_is_required_with_cdn_required(cdn: str, required: str) -> None:
    """With `Cdn=optional`, clients can move from the API to the CDN."""
    assert variables(stack_with({"Cdn": cdn}))["DARKROOM_ORIGIN_SECRET_REQUIRED"] == required


def test_a_rotation_changes_the_reference_to_the_secret_alone() -> None:
    """CloudFormation reads a secret again only if the reference to it changes.

    Neither spelling names a version, which only one secret has: a new stack has another secret.
    """
    stacks = [stack_with({"Cdn": "required", "OriginSecretRotation": n}) for n in ("even", "odd")]
    before, after = stacks
    assert [n for n in after.resources if after.resources[n] != before.resources[n]] == [
        "Distribution"
    ]
    reference = "{{resolve:secretsmanager:<OriginSecret>:SecretString"
    assert origin_header(before) == f"{reference}}}}}"
    assert origin_header(after) == f"{reference}::AWSCURRENT}}}}"


def origin_header(stack: Stack) -> str:
    """Return the value of the header that CloudFront adds."""
    (origin,) = stack.properties("Distribution")["DistributionConfig"]["Origins"]
    return str(origin["OriginCustomHeaders"][0]["HeaderValue"])


@pytest.mark.parametrize(
    ("domain", "origin", "policy", "headers"),
    [
        (
            False,
            EXECUTE_API,
            "b689b0a8-53d0-40ab-baf2-68738e2966ac",  # Managed-AllViewerExceptHostHeader
            {"Accept", "Authorization", "Origin"},
        ),
        (
            True,
            "<BucketsDomain.RegionalDomainName>",
            "216adef6-5c7f-47e4-b989-5492eafa07d3",  # Managed-AllViewer
            {"Accept", "Authorization", "Origin", "Host"},
        ),
    ],
    ids=["alone", "domain"],
)
def test_the_host_is_forwarded_with_a_domain(
    domain: bool, origin: str, policy: str, headers: set[str]
) -> None:
    """The host names the bucket; without a domain the API refuses another host."""
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
def test_every_method_is_forwarded_and_two_are_cached(stack: Stack) -> None:
    """Only GET and HEAD are cached."""
    settings = behaviour(stack)
    assert settings["CachedMethods"] == ["GET", "HEAD"]
    methods = {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    assert set(settings["AllowedMethods"]) == methods  # type: ignore[call-overload]


@WITH_OR_WITHOUT
def test_the_minimum_ttls_are_0(stack: Stack) -> None:
    """A minimum TTL above 0 would cache `private` and `no-store` responses and errors."""
    assert stack.properties("CachePolicy")["CachePolicyConfig"]["MinTTL"] == 0
    errors = stack.properties("Distribution")["DistributionConfig"]["CustomErrorResponses"]
    assert all(
        entry == {"ErrorCode": entry["ErrorCode"], "ErrorCachingMinTTL": 0} for entry in errors
    )
    # The list is CloudFront's: it caches other errors only with max-age.
    settable = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    assert {entry["ErrorCode"] for entry in errors} == settable
    assert {code.value[1] for code in Code} <= settable | {409, 411, 412}


def test_all_connections_use_tls() -> None:
    """TLS 1.2 to the CDN and to the API; HTTP is redirected to HTTPS."""
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
def test_the_cdns_timeout_is_longer_than_the_apis(stack: Stack) -> None:
    """Otherwise it would retry before the API responds."""
    (origin,) = stack.properties("Distribution")["DistributionConfig"]["Origins"]
    api = stack.properties("Integration")["TimeoutInMillis"]
    assert origin["CustomOriginConfig"]["OriginReadTimeout"] * 1000 > api


def test_the_web_acl_is_attached() -> None:
    """Without the parameter the distribution has none."""
    names = {changed: deployment(*changed) for changed in (("Cdn",), ("WebAcl",))}
    acls = [
        s.properties("Distribution")["DistributionConfig"].get("WebACLId") for s in names.values()
    ]
    assert acls == [None, EXAMPLES["WebAcl"]]
