"""What is deployed, for every choice that the parameters give."""

import re

import pytest

from local.cloudformation import Stack
from tests.deployments import (
    EXAMPLES,
    EXECUTE_API,
    deployment,
    deployments,
    in_every_deployment,
    other,
    switches,
    variables,
)
from tests.stack import stack_with, template

KEPT = {"Pictures", "Results", "Keys", "Table"}
"""What a stack that goes leaves behind."""
LET_GO = {"Jobs", "DeadLetters", "OriginSecret", "AccessLogs", "ProcessLogs", "PersistLogs"}
"""What goes with it, said so."""
STATEFUL = (
    *("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"),
    *("AWS::SQS::Queue", "AWS::Logs::LogGroup"),
)


def test_the_examples_are_what_parameters_take() -> None:
    """Every example and every default satisfies the parameter's AllowedPattern."""
    for name, entry in template()["Parameters"].items():
        if name in switches() and entry["Default"] == "":
            assert name in EXAMPLES, "needs an example in tests/deployments.py"
        for value in (other(name), str(entry["Default"])):
            assert re.fullmatch(entry.get("AllowedPattern", ".*"), value), (name, value)
        assert entry["Description"], name


@in_every_deployment
def test_a_deployment_holds_together(stack: Stack) -> None:
    """The rules are content, and nothing refers to what is not there."""
    assert stack.violations == []
    assert stack.resources
    assert stack.outputs


def test_each_condition_is_met_and_not() -> None:
    """So each branch of the template is among the deployments."""
    for condition in template()["Conditions"]:
        values = {stack.conditions[condition] for stack in deployments().values()}
        assert values == {True, False}, condition


CONTRADICTIONS = {
    ("DomainName",): "DomainName needs Certificate",
    ("Certificate",): "Certificate needs DomainName",
    ("HostedZone",): "HostedZone needs DomainName",
    (
        "Cdn",
        "DomainName",
        "Certificate",
    ): "Cdn with DomainName needs CdnCertificate, from us-east-1",
    ("CdnCertificate", "DomainName", "Certificate"): ("CdnCertificate needs Cdn"),
    ("CdnCertificate", "Cdn"): "CdnCertificate needs DomainName",
    ("Cdn", "PathStyle", "BaseDomains"): ("Cdn without DomainName needs PathStyle"),
    ("WebAcl",): "WebAcl needs Cdn - an HTTP API cannot have a web ACL",
    ("OriginSecretVersion",): "OriginSecretVersion needs Cdn",
    ("PathStyle",): "Without PathStyle and without a domain no bucket has a URL",
    ("BucketAcl", "Writable"): "BucketAcl public-read-write needs Writable",
    ("ExistingBucket", "ExistingResultsBucket"): (
        "Results and pictures need different buckets - results expire"
    ),
}


def violations(changed: tuple[str, ...]) -> list[str]:
    """Return the messages for a stack with only these parameters changed."""
    values = {name: other(name) for name in changed}
    values |= {"BucketAcl": "public-read-write"} if "BucketAcl" in changed else {}
    same = {"ExistingBucket", "ExistingResultsBucket"} <= values.keys()
    values |= {"ExistingResultsBucket": values["ExistingBucket"]} if same else {}
    return stack_with(values).violations


def test_contradicting_parameters_are_refused() -> None:
    """Before anything is created, each with one message."""
    expected = {changed: [message] for changed, message in CONTRADICTIONS.items()}
    assert {changed: violations(changed) for changed in CONTRADICTIONS} == expected


def test_every_rule_is_tried() -> None:
    """None of them is there for nothing."""
    rules = template()["Rules"].values()
    said = {entry["AssertDescription"] for rule in rules for entry in rule["Assertions"]}
    assert said == set(CONTRADICTIONS.values())


@pytest.mark.parametrize(
    ("changed", "url"),
    [
        ((), f"https://{EXECUTE_API}"),
        (("DomainName",), "https://oss.example.com"),
        (("Cdn",), "https://<Distribution.DomainName>"),
        (("Cdn", "DomainName"), "https://oss.example.com"),
    ],
    ids=["alone", "domain", "cdn", "cdn and domain"],
)
def test_where_requests_go(changed: tuple[str, ...], url: str) -> None:
    """To the domain, else to the CDN, else to the API; a domain closes the API's own address."""
    stack = deployment(*changed)
    closed = stack.properties("Api")["DisableExecuteApiEndpoint"]
    assert (stack.outputs["Url"], closed) == (url, "DomainName" in changed)


def test_the_domain_is_a_base_domain_by_itself() -> None:
    """Beside those that were mapped by hand."""
    assert variables(deployment("DomainName"))["DARKROOM_BASE_DOMAINS"].split() == [
        "oss.example.com"
    ]
    both = variables(deployment("DomainName", "BaseDomains"))["DARKROOM_BASE_DOMAINS"]
    assert both.split() == ["oss.example.com", *EXAMPLES["BaseDomains"].split()]


def test_a_domain_is_one_of_all_buckets_and_one_of_paths() -> None:
    """Both on TLS 1.2, each mapped to the API."""
    stack = deployment("DomainName")
    domains = dict(stack.of_type("AWS::ApiGatewayV2::DomainName"))
    names = {entry["Properties"]["DomainName"] for entry in domains.values()}
    assert names == {"oss.example.com", "*.oss.example.com"}
    for entry in domains.values():
        (configuration,) = entry["Properties"]["DomainNameConfigurations"]
        assert configuration["SecurityPolicy"] == "TLS_1_2"
    mapped = [entry["Properties"] for _, entry in stack.of_type("AWS::ApiGatewayV2::ApiMapping")]
    assert {entry["DomainName"] for entry in mapped} == {f"<{name}>" for name in domains}


@pytest.mark.parametrize("cdn", [False, True], ids=["api", "cdn"])
def test_records_point_where_requests_go(cdn: bool) -> None:
    """To the CDN in both versions of IP, else to the API, which has the older one."""
    stack = deployment("HostedZone", *(["Cdn"] if cdn else []))
    records = stack.properties("Records")["RecordSets"]
    found = {(r["Name"], r["Type"]): r["AliasTarget"]["DNSName"] for r in records}
    if cdn:
        names = ("oss.example.com", "*.oss.example.com")
        assert found == {(n, t): "<Distribution.DomainName>" for n in names for t in ("A", "AAAA")}
    else:
        assert found == {
            ("oss.example.com", "A"): "<PathDomain.RegionalDomainName>",
            ("*.oss.example.com", "A"): "<BucketsDomain.RegionalDomainName>",
        }


def test_without_a_zone_the_outputs_say_where_records_point() -> None:
    """For whoever makes them elsewhere."""
    assert deployment("DomainName").outputs.keys() >= {"BucketsDomainTarget", "PathDomainTarget"}
    assert "CdnTarget" in deployment("DomainName", "Cdn").outputs


@in_every_deployment
def test_what_is_kept_and_what_goes(stack: Stack) -> None:
    """Everything with a state says so, and pictures are never deleted."""
    found = dict(stack.of_type(*STATEFUL))
    assert found.keys() <= KEPT | LET_GO
    for name, entry in found.items():
        policies = (entry["DeletionPolicy"], entry["UpdateReplacePolicy"])
        kept = name in KEPT
        assert policies == (("RetainExceptOnCreate", "Retain") if kept else ("Delete", "Delete"))


@in_every_deployment
def test_what_you_brought_is_left_alone(stack: Stack) -> None:
    """A bucket or secret of yours is neither made nor given a policy."""
    made = {
        "ExistingBucket": {"Pictures", "PicturesPolicy"},
        "ExistingResultsBucket": {"Results", "ResultsPolicy"},
        "ExistingKeysSecret": {"Keys"},
    }
    for parameter, names in made.items():
        there = names & stack.names
        assert there == (set() if stack.parameters[parameter] else names)


@in_every_deployment
def test_buckets_are_closed_and_encrypted(stack: Stack) -> None:
    """Only the functions read them; queues are encrypted, too, as tables and secrets always are."""
    for _, entry in stack.of_type("AWS::S3::Bucket"):
        properties = entry["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in properties
    for _, entry in stack.of_type("AWS::SQS::Queue"):
        assert entry["Properties"]["SqsManagedSseEnabled"] is True


@in_every_deployment
def test_buckets_and_queues_are_reached_over_tls_only(stack: Stack) -> None:
    """Each that is made has a policy that denies the rest."""
    closed = set()
    for _, entry in stack.of_type("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
        properties = entry["Properties"]
        (denied,) = (s for s in properties["PolicyDocument"]["Statement"] if s["Effect"] == "Deny")
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert denied["Principal"] == "*"
        closed |= {properties["Bucket"]} if "Bucket" in properties else set(properties["Queues"])
    made = {f"<{name}>" for name, _ in stack.of_type("AWS::S3::Bucket", "AWS::SQS::Queue")}
    assert closed == made
