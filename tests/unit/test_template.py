"""The template, for every combination of its parameters."""

import json
import re

import pytest

from darkroom.process.dialects import PROCESS_PARAMETERS
from local.cloudformation import Stack
from tests.deployments import (
    ACCOUNT,
    EXAMPLES,
    EXECUTE_API,
    NEEDED,
    changed_value,
    condition_parameters,
    deployment,
    deployments,
    in_every_deployment,
    variables,
)
from tests.stack import stack_with, template

RETAINED = {"Pictures", "Results", "Keys", "Table"}
"""Resources that are retained when the stack is deleted."""
DELETED = {"Jobs", "DeadLetters", "OriginSecret", "AccessLogs", "ProcessLogs", "PersistLogs"}
"""Resources that are deleted with it, by an explicit policy."""
STATEFUL = (
    *("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"),
    *("AWS::SQS::Queue", "AWS::Logs::LogGroup"),
)


def test_the_examples_satisfy_their_patterns() -> None:
    """Every example and every default satisfies the parameter's AllowedPattern."""
    for name, entry in template()["Parameters"].items():
        if name in condition_parameters() and entry["Default"] == "":
            assert name in EXAMPLES, "needs an example in tests/deployments.py"
        for value in (changed_value(name), str(entry["Default"])):
            assert stack_with({name: value}).mistyped == [], (name, value)
        assert entry["Description"], name


def test_the_dialects_of_a_deployment_are_those_of_the_function() -> None:
    """The pattern of `Dialects` accepts lists of the names in the table, and no other text."""
    pattern = template()["Parameters"]["Dialects"]["AllowedPattern"]
    for accepted in ("", *PROCESS_PARAMETERS, ",".join(PROCESS_PARAMETERS)):
        assert re.fullmatch(pattern, accepted), accepted
        assert variables(stack_with({"Dialects": accepted}))["DARKROOM_DIALECTS"] == accepted
    for refused in ("x-bce-process", "image-process", "x-tos-process,", ",", "x-oss-process'"):
        assert not re.fullmatch(pattern, refused), refused


@in_every_deployment
def test_a_deployment_is_consistent(stack: Stack) -> None:
    """No rule is violated, and the stack has resources and outputs."""
    assert stack.violations == []
    assert stack.resources
    assert stack.outputs


def test_each_condition_is_true_and_false_in_some_deployment() -> None:
    """So the deployments cover each branch of the template."""
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
    ("CdnCertificate", "Cdn"): "CdnCertificate needs DomainName",
    ("Cdn", "PathStyle", "BaseDomains"): ("Cdn without DomainName needs PathStyle"),
    ("WebAcl",): "WebAcl needs Cdn - an HTTP API cannot have a web ACL",
    ("PathStyle",): "Without PathStyle and without a domain no bucket has a URL",
    ("BucketAcl", "Writable"): "BucketAcl public-read-write needs Writable",
    ("ExistingBucket", "ExistingResultsBucket"): (
        "Results and pictures need different buckets - results expire"
    ),
    ("FurtherBuckets", "ExistingResultsBucket"): (
        "ExistingResultsBucket is one of FurtherBuckets - results expire"
    ),
    ("Topics",): "Topics needs TopicArns, otherwise no notification may be sent",
}


def violations(changed: tuple[str, ...]) -> list[str]:
    """Return the messages for a stack with only these parameters changed."""
    values = {name: changed_value(name) for name in changed}
    values |= {"BucketAcl": "public-read-write"} if "BucketAcl" in changed else {}
    same = {"ExistingBucket", "ExistingResultsBucket"} <= values.keys()
    values |= {"ExistingResultsBucket": values["ExistingBucket"]} if same else {}
    if {"FurtherBuckets", "ExistingResultsBucket"} <= values.keys():
        values["ExistingResultsBucket"] = values["FurtherBuckets"].split(",")[1]
    return stack_with(values).violations


def test_contradicting_parameters_are_refused() -> None:
    """Each contradiction violates one rule, with its message."""
    expected = {changed: [message] for changed, message in CONTRADICTIONS.items()}
    assert {changed: violations(changed) for changed in CONTRADICTIONS} == expected


def test_every_rule_is_tested() -> None:
    """`CONTRADICTIONS` has the message of every rule."""
    rules = template()["Rules"].values()
    messages = {entry["AssertDescription"] for rule in rules for entry in rule["Assertions"]}
    cut = {message for message in messages if " has an empty member - " in message}
    assert len(cut) == 5  # test_a_list_that_the_cli_cut_is_refused
    assert messages - cut == set(CONTRADICTIONS.values())


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
def test_the_url_of_a_deployment(changed: tuple[str, ...], url: str) -> None:
    """Domain, then CDN, then API; a domain disables the API's own endpoint."""
    stack = deployment(*changed)
    closed = stack.properties("Api")["DisableExecuteApiEndpoint"]
    assert (stack.outputs["Url"], closed) == (url, "DomainName" in changed)


def test_the_domain_is_a_base_domain() -> None:
    """It is added to the base domains of the parameter."""
    assert variables(deployment("DomainName"))["DARKROOM_BASE_DOMAINS"].split() == [
        "oss.example.com"
    ]
    further = EXAMPLES["BaseDomains"].split(",")
    alone = variables(deployment("BaseDomains"))["DARKROOM_BASE_DOMAINS"]
    both = variables(deployment("DomainName", "BaseDomains"))["DARKROOM_BASE_DOMAINS"]
    assert (alone.split(), both.split()) == (further, ["oss.example.com", *further])


def test_pairs_of_a_parameter_are_a_json_object_for_the_function() -> None:
    """`CustomDomains` and `Topics` are written without JSON, which the SAM CLI cuts at a blank."""
    set_there = variables(deployment("CustomDomains", "Topics"))
    assert json.loads(set_there["DARKROOM_DOMAINS"]) == {
        "img.example.com": "pictures",
        "cdn.example.com": "one",
    }
    topics = dict(pair.split("=") for pair in EXAMPLES["Topics"].split(","))
    assert json.loads(set_there["DARKROOM_TOPICS"]) == topics
    empty = variables(deployment())
    assert (empty["DARKROOM_DOMAINS"], empty["DARKROOM_TOPICS"]) == ("", "")


MISTYPED = {
    "FurtherBuckets": ("one two", "One", "one/*"),
    "BaseDomains": ("a.example.com b.example.org", "*.example.com", "https://a.example.com"),
    "CustomDomains": ('{"img.example.com": "pictures"}', "img.example.com", "img.example.com="),
    "Topics": ('{"done": "arn:aws:sns:eu-west-1:1:done"}', "arn:aws:sns:eu-west-1:123456789012:a"),
    "TopicArns": ("done", "https://sqs.eu-west-1.amazonaws.com/123456789012/done"),
    "ExistingKeysSecret": (f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:keys", "keys"),
    "ExistingTable": (f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/darkroom", "a"),
}
"""Values that look right, and that CloudFormation must refuse before it creates anything."""


def test_mistyped_parameters_are_refused() -> None:
    """Each value violates the pattern of its parameter, alone or as a member of a list."""
    for name, values in MISTYPED.items():
        for value in values:
            assert stack_with({name: value}).mistyped == [name], value


def test_a_list_that_the_cli_cut_is_refused() -> None:
    """`one, two` on the command line arrives as `one,`."""
    lists = [n for n, p in template()["Parameters"].items() if p["Type"] == "CommaDelimitedList"]
    assert len(lists) == 5
    for name in lists:
        first = EXAMPLES[name].split(",")[0]
        given = {**{needed: EXAMPLES[needed] for needed in NEEDED.get(name, ())}, name: f"{first},"}
        (violation,) = stack_with(given).violations
        assert violation.startswith(f"{name} has an empty member")
        assert stack_with(given | {name: first}).violations == []


def test_the_cdn_is_removed_by_one_parameter() -> None:
    """Its certificate and the number of its secret may stay as they were given."""
    given = {name: EXAMPLES[name] for name in ("DomainName", "Certificate", "CdnCertificate")}
    for cdn in ("required", "optional", "none"):
        assert stack_with({**given, "Cdn": cdn, "OriginSecretRotation": "odd"}).violations == []


def test_clients_of_the_api_endpoint_can_move_to_a_domain() -> None:
    """`KeepApiEndpoint` keeps the endpoint while both addresses are in use."""
    stack = deployment("DomainName", "KeepApiEndpoint")
    assert stack.properties("Api")["DisableExecuteApiEndpoint"] is False
    assert stack.outputs["Url"] == "https://oss.example.com"
    assert deployment("KeepApiEndpoint").properties("Api")["DisableExecuteApiEndpoint"] is False


def test_a_domain_has_a_wildcard_for_buckets() -> None:
    """Both names use TLS 1.2 and are mapped to the API."""
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
def test_dns_records_point_to_the_cdn_or_the_api(cdn: bool) -> None:
    """The CDN has IPv4 and IPv6, the API IPv4 only."""
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


def test_without_a_zone_the_outputs_contain_the_dns_targets() -> None:
    """An operator whose DNS is elsewhere creates the records from these outputs."""
    assert deployment("DomainName").outputs.keys() >= {"BucketsDomainTarget", "PathDomainTarget"}
    assert "CdnTarget" in deployment("DomainName", "Cdn").outputs


@in_every_deployment
def test_every_stateful_resource_has_a_deletion_policy(stack: Stack) -> None:
    """Buckets, keys and table are retained, other stateful resources deleted."""
    found = dict(stack.of_type(*STATEFUL))
    assert found.keys() <= RETAINED | DELETED
    for name, entry in found.items():
        policies = (entry["DeletionPolicy"], entry["UpdateReplacePolicy"])
        kept = name in RETAINED
        assert policies == (("RetainExceptOnCreate", "Retain") if kept else ("Delete", "Delete"))


@in_every_deployment
def test_existing_resources_are_not_changed(stack: Stack) -> None:
    """An existing bucket or secret is neither created nor given a policy."""
    made = {
        "ExistingBucket": {"Pictures", "PicturesPolicy"},
        "ExistingResultsBucket": {"Results", "ResultsPolicy"},
        "ExistingKeysSecret": {"Keys"},
        "ExistingTable": {"Table"},
    }
    for parameter, names in made.items():
        found = names & stack.names
        assert found == (set() if stack.parameters[parameter] else names)


@in_every_deployment
def test_buckets_are_private_and_encrypted(stack: Stack) -> None:
    """Queues are encrypted, too; tables and secrets always are."""
    for _, entry in stack.of_type("AWS::S3::Bucket"):
        properties = entry["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in properties
    for _, entry in stack.of_type("AWS::SQS::Queue"):
        assert entry["Properties"]["SqsManagedSseEnabled"] is True


def test_the_table_is_protected_from_deletion() -> None:
    """Unless a parameter says otherwise: a failed first deployment could not be rolled back."""
    assert deployment().properties("Table")["DeletionProtectionEnabled"] is True
    assert (
        deployment("DeletionProtection").properties("Table")["DeletionProtectionEnabled"] is False
    )


def test_a_kms_key_encrypts_everything_that_is_retained() -> None:
    """Buckets, table and secrets; both roles may use it."""
    stack = deployment("KmsKey", "Cdn")
    key = EXAMPLES["KmsKey"]
    for name in ("Pictures", "Results"):
        (rule,) = stack.properties(name)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key
        assert rule["BucketKeyEnabled"] is True
    assert stack.properties("Table")["SSESpecification"]["KMSMasterKeyId"] == key
    assert {stack.properties(name)["KmsKeyId"] for name in ("Keys", "OriginSecret")} == {key}
    for role in ("ProcessRole", "PersistRole"):
        assert key in str(stack.properties(role))
    assert "kms" not in str(deployment("Cdn").resources)


@in_every_deployment
def test_buckets_and_queues_are_reached_over_tls_only(stack: Stack) -> None:
    """Each has a policy that denies requests without TLS."""
    closed = set()
    for _, entry in stack.of_type("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
        properties = entry["Properties"]
        (denied,) = (s for s in properties["PolicyDocument"]["Statement"] if s["Effect"] == "Deny")
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert denied["Principal"] == "*"
        closed |= {properties["Bucket"]} if "Bucket" in properties else set(properties["Queues"])
    made = {f"<{name}>" for name, _ in stack.of_type("AWS::S3::Bucket", "AWS::SQS::Queue")}
    assert closed == made
