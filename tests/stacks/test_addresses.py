"""A stack with a domain, then a CDN, and back, by the steps of docs/deploy.md."""

import pytest

from tests.deployments import deployment
from tests.stack import template
from tests.stacks.emulated_aws import EmulatedAws, Sam

STACK = "addresses"
DOMAIN = "photos.example.com"


@pytest.fixture(scope="module")
def zone(aws: EmulatedAws) -> str:
    """Create the hosted zone of the domain."""
    made = aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    return str(made["HostedZone"]["Id"].rpartition("/")[2])


@pytest.fixture(scope="module")
def certificate(aws: EmulatedAws) -> str:
    """Request the certificate of the API, which is pending."""
    return request_certificate(aws, "eu-west-1")


def request_certificate(aws: EmulatedAws, region: str) -> str:
    """Request a certificate for both names."""
    made = aws.client("acm", region).request_certificate(
        DomainName=DOMAIN, SubjectAlternativeNames=[f"*.{DOMAIN}"], ValidationMethod="DNS"
    )
    return str(made["CertificateArn"])


def validate(aws: EmulatedAws, zone: str, certificate: str) -> None:
    """Create the records that the certificate asks for, and wait as the CLI does."""
    acm = aws.client("acm", certificate.split(":")[3])
    described = acm.describe_certificate(CertificateArn=certificate)["Certificate"]
    records = [option["ResourceRecord"] for option in described["DomainValidationOptions"]]
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": record["Name"],
                "Type": record["Type"],
                "TTL": 60,
                "ResourceRecords": [{"Value": record["Value"]}],
            },
        }
        for record in records
    ]
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": changes}
    )
    acm.get_waiter("certificate_validated").wait(CertificateArn=certificate)


def records(aws: EmulatedAws, zone: str) -> dict[tuple[str, str], str]:
    """Return the targets of the records of the domain by name and type."""
    found = aws.client("route53").list_resource_record_sets(HostedZoneId=zone)
    return {
        (entry["Name"].replace("\\052", "*"), entry["Type"]): entry["AliasTarget"]["DNSName"]
        for entry in found["ResourceRecordSets"]
        if "AliasTarget" in entry
    }


def answers(given: dict[str, str]) -> str:
    """Return what is typed at the questions of the guide; return keeps a value."""
    parameters = (given.get(name, "") for name in template()["Parameters"])
    after = ("n", "", "", "", "", "")
    return "\n".join(("", "", *parameters, *after)) + "\n"


def test_a_first_deployment_over_the_quota_fails(aws: EmulatedAws, sam: Sam) -> None:
    """It is rolled back but for the protected table; the commands of the manual leave nothing."""
    done = sam.deploy(STACK, given={"JobsMemorySize": "4096"})
    assert done.returncode != 0
    assert "'MemorySize' value failed to satisfy constraint" in aws.reasons(STACK)
    assert aws.status(STACK) == "ROLLBACK_FAILED"
    table = not_deleted(aws)["Table"]
    refused = sam.deploy(STACK)
    assert refused.returncode != 0
    assert "can not be updated" in refused.stdout
    delete(aws, sam)
    dynamodb = aws.client("dynamodb")
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)


def not_deleted(aws: EmulatedAws) -> dict[str, str]:
    """Return the resources that could not be deleted."""
    events = aws.cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"] == "DELETE_FAILED"]
    return {event["LogicalResourceId"]: event["PhysicalResourceId"] for event in failed}


def delete(aws: EmulatedAws, sam: Sam) -> None:
    """Delete the stack as the manual does."""
    done = sam.run("delete", "--config-file", str(sam.configuration(STACK)), "--no-prompts")
    assert done.returncode == 0, done.stdout
    assert aws.status(STACK) in {"", "DELETE_COMPLETE"}


def test_a_pending_certificate_is_refused(
    aws: EmulatedAws, sam: Sam, zone: str, certificate: str
) -> None:
    """Without protection, a first deployment that fails leaves nothing but the stack's name."""
    given = {"DomainName": DOMAIN, "Certificate": certificate, "HostedZone": zone}
    done = sam.deploy(STACK, given={**given, "DeletionProtection": "false"})
    assert done.returncode != 0
    assert "PENDING_VALIDATION" in aws.reasons(STACK)
    assert aws.resources(STACK) == {}
    delete(aws, sam)


def test_the_guide_sets_the_domain_and_keeps_it(
    aws: EmulatedAws, sam: Sam, zone: str, certificate: str
) -> None:
    """The answers are saved: the next `sam deploy` has the same parameters."""
    validate(aws, zone, certificate)
    given = {
        "DomainName": DOMAIN,
        "Certificate": certificate,
        "HostedZone": zone,
        "KeepApiEndpoint": "true",
    }
    done = sam.deploy(STACK, "--guided", typed=answers(given))
    assert done.returncode == 0, done.stdout[-3000:]
    outputs = aws.outputs(STACK)
    assert outputs["Url"] == f"https://{DOMAIN}"
    assert outputs.keys() == deployment("HostedZone", "KeepApiEndpoint").outputs.keys()
    api = aws.client("apigatewayv2").get_api(ApiId=outputs["Api"])
    assert api["DisableExecuteApiEndpoint"] is False
    assert records(aws, zone).keys() == {(f"{DOMAIN}.", "A"), (f"*.{DOMAIN}.", "A")}
    again = sam.deploy(STACK)
    assert "No changes to deploy" in again.stdout, again.stdout[-3000:]
    assert aws.outputs(STACK) == outputs


def test_the_api_endpoint_is_closed(aws: EmulatedAws, sam: Sam) -> None:
    """When all clients use the domain; what the guide shows and return keeps stays set."""
    done = sam.deploy(STACK, "--guided", typed=answers({"KeepApiEndpoint": "false"}))
    assert done.returncode == 0, done.stdout[-3000:]
    outputs = aws.outputs(STACK)
    api = aws.client("apigatewayv2").get_api(ApiId=outputs["Api"])
    assert (outputs["Url"], api["DisableExecuteApiEndpoint"]) == (f"https://{DOMAIN}", True)


def origin_header(aws: EmulatedAws) -> str:
    """Return the value that CloudFront sends as the origin secret."""
    distribution = aws.outputs(STACK)["Distribution"]
    found = aws.client("cloudfront").get_distribution(Id=distribution)["Distribution"]
    (origin,) = found["DistributionConfig"]["Origins"]["Items"]
    (header,) = origin["CustomHeaders"]["Items"]
    return str(header["HeaderValue"])


@pytest.fixture(scope="module")
def with_cdn(aws: EmulatedAws, sam: Sam, zone: str) -> dict[str, str]:
    """Add the CDN with the guide; its certificate is validated by the record that exists."""
    cdn = request_certificate(aws, "us-east-1")
    validate(aws, zone, cdn)
    given = {"Cdn": "optional", "CdnCertificate": cdn}
    done = sam.deploy(STACK, "--guided", typed=answers(given))
    assert done.returncode == 0, done.stdout[-3000:]
    return aws.outputs(STACK)


def test_the_records_move_to_the_cdn(aws: EmulatedAws, with_cdn: dict[str, str], zone: str) -> None:
    """The function accepts requests that bypass the CDN meanwhile."""
    assert set(records(aws, zone).values()) == {f"{with_cdn['CdnTarget']}."}
    assert len(records(aws, zone)) == 4
    variables = aws.environment(with_cdn["ProcessFunction"])
    assert variables["DARKROOM_ORIGIN_SECRET_REQUIRED"] == "false"
    secret = aws.client("secretsmanager").get_secret_value(SecretId=with_cdn["OriginSecret"])
    assert origin_header(aws) == secret["SecretString"]


def test_the_origin_secret_is_rotated(aws: EmulatedAws, sam: Sam, with_cdn: dict[str, str]) -> None:
    """The other value has CloudFormation read the secret again."""
    aws.client("secretsmanager").put_secret_value(
        SecretId=with_cdn["OriginSecret"], SecretString="rotated"
    )
    versions = aws.versions(with_cdn["ProcessFunction"])
    given = {"OriginSecretRotation": "odd", "Cdn": "required"}
    done = sam.deploy(STACK, "--guided", typed=answers(given))
    assert done.returncode == 0, done.stdout[-3000:]
    assert origin_header(aws) == "rotated"
    variables = aws.environment(with_cdn["ProcessFunction"])
    assert variables["DARKROOM_ORIGIN_SECRET_REQUIRED"] == "true"
    assert aws.versions(with_cdn["ProcessFunction"]) != versions


def test_the_cdn_is_removed_by_one_parameter(
    aws: EmulatedAws, sam: Sam, with_cdn: dict[str, str], zone: str
) -> None:
    """Certificate and rotation stay as they were given; the records move back."""
    done = sam.deploy(STACK, "--guided", typed=answers({"Cdn": "none"}))
    assert done.returncode == 0, done.stdout[-3000:]
    assert "CdnTarget" not in aws.outputs(STACK)
    assert records(aws, zone).keys() == {(f"{DOMAIN}.", "A"), (f"*.{DOMAIN}.", "A")}
    assert not aws.client("cloudfront").list_distributions()["DistributionList"].get("Items")
    outputs = aws.outputs(STACK)
    assert set(records(aws, zone).values()) == {
        f"{outputs[name]}." for name in ("BucketsDomainTarget", "PathDomainTarget")
    }
    assert with_cdn["CdnTarget"]


def test_the_deletion_removes_the_domain(aws: EmulatedAws, sam: Sam, zone: str) -> None:
    """The records and domains of API Gateway are deleted; the certificates remain."""
    delete(aws, sam)
    assert records(aws, zone) == {}
    assert aws.client("apigatewayv2").get_domain_names()["Items"] == []
