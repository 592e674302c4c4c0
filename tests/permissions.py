"""IAM permissions: those that AWS calls need, and those that the template's roles grant."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from local.cloudformation import Stack

type Permission = tuple[str, str]
"""An action and the ARN of its resource; the ARN of a grant may hold wildcards."""


type Permissions = AbstractSet[Permission]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request to AWS."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


class Need(NamedTuple):
    """A permission that a call needs."""

    action: str
    resource: str
    """Bucket, table, secret, topic or queue URL, as the call names it."""
    key: str = ""
    """Key of the object in the bucket."""


RESOURCE_PARAMETERS = {
    "dynamodb": "TableName",
    "secretsmanager": "SecretId",
    "sns": "TopicArn",
    "sqs": "QueueUrl",
}


ONE_S3_ACTION = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "DeleteObjectTagging": "s3:DeleteObjectTagging",
    "PutObjectTagging": "s3:PutObjectTagging",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListObjectsV2": "s3:ListBucket",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListParts": "s3:ListMultipartUploadParts",
    "UploadPart": "s3:PutObject",
}
"""Operations that need one action, whatever their parameters."""


def needs(call: Call) -> set[Need]:
    """Return the permissions that a call needs; raise `KeyError` for an unknown operation.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    if call.service == "s3":
        return _s3_needs(call.operation, call.parameters)
    resource = call.parameters[RESOURCE_PARAMETERS[call.service]]
    return {Need(f"{call.service}:{call.operation}", resource)}


def _s3_needs(operation: str, parameters: Mapping[str, Any]) -> set[Need]:
    bucket, key = parameters["Bucket"], parameters.get("Key", "")
    match operation:
        case "GetObject" | "HeadObject":
            found = _read_needs(parameters)
        case "GetObjectTagging":
            found = {_tags_need(parameters)}
        case "CopyObject":
            found = _copy_needs(parameters)
        case "PutObject" | "CreateMultipartUpload":
            found = {Need("s3:PutObject", bucket, key)}
            if "Tagging" in parameters:
                found.add(Need("s3:PutObjectTagging", bucket, key))
        case "DeleteObject":
            found = {_delete_need(bucket, parameters)}
        case "DeleteObjects":
            found = {_delete_need(bucket, entry) for entry in parameters["Delete"]["Objects"]}
        case _:
            found = {Need(ONE_S3_ACTION[operation], bucket, key)}
    return found


def _read_needs(named: Mapping[str, Any]) -> set[Need]:
    """Without the right to list, S3 answers a missing object as a forbidden one."""
    action = "s3:GetObjectVersion" if "VersionId" in named else "s3:GetObject"
    return {Need(action, named["Bucket"], named["Key"]), Need("s3:ListBucket", named["Bucket"])}


def _copy_needs(parameters: Mapping[str, Any]) -> set[Need]:
    bucket, key, source = parameters["Bucket"], parameters["Key"], parameters["CopySource"]
    found = {Need("s3:PutObject", bucket, key), *_read_needs(source)}
    tags_copied = parameters.get("TaggingDirective", "COPY") == "COPY"
    if tags_copied:
        found.add(_tags_need(source))
    if tags_copied or "Tagging" in parameters:
        found.add(Need("s3:PutObjectTagging", bucket, key))
    return found


def _tags_need(named: Mapping[str, Any]) -> Need:
    action = "s3:GetObjectVersionTagging" if "VersionId" in named else "s3:GetObjectTagging"
    return Need(action, named["Bucket"], named["Key"])


def _delete_need(bucket: str, named: Mapping[str, Any]) -> Need:
    action = "s3:DeleteObjectVersion" if "VersionId" in named else "s3:DeleteObject"
    return Need(action, bucket, named["Key"])


def listed(value: Any) -> list[str]:
    """Return a policy element as a list; it may be a single text."""
    return value if isinstance(value, list) else [value]


def statements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every statement of every policy in a resource, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from statements(item)
    elif isinstance(value, dict):
        if "Effect" in value and {"Action", "NotAction"} & value.keys():
            yield value
        for item in value.values():
            yield from statements(item)


def granted(stack: Stack, role: str) -> set[Permission]:
    """Return what the policies of a role allow."""
    found: set[Permission] = set()
    for statement in statements(stack.properties(role)["Policies"]):
        assert statement["Effect"] == "Allow"
        resources, actions = listed(statement["Resource"]), listed(statement["Action"])
        found |= {(action, resource) for resource in resources for action in actions}
    return found


@cache
def _pattern(resource: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, resource.split("*"))))


def matching_grants(needed: Permission, grants: Permissions) -> set[Permission]:
    """Return the grants each of which suffices for a permission."""
    action, arn = needed
    return {grant for grant in grants if grant[0] == action and _pattern(grant[1]).fullmatch(arn)}


def missing_grants(needed: Permissions, grants: Permissions) -> set[Permission]:
    """Return the permissions that no grant gives."""
    return {permission for permission in needed if not matching_grants(permission, grants)}


def needless_grants(needed: Permissions, grants: Permissions) -> set[Permission]:
    """Return the grants without each of which no permission would be missing."""
    matches = [matching_grants(permission, grants) for permission in needed]
    return set(grants).difference(*(found for found in matches if len(found) == 1))
