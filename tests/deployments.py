"""Deployments of the template: every parameter changed from its default, alone and in pairs."""

from collections.abc import Callable
from functools import cache, wraps
from itertools import combinations

from local.cloudformation import Stack, function_properties
from tests.stack import stack_with, template

ACCOUNT = "123456789012"
EXECUTE_API = "<Api>.execute-api.eu-west-1.amazonaws.com"

EXAMPLES = {
    "ExistingBucket": "their-pictures",
    "FurtherBuckets": "one,two",
    "ExistingResultsBucket": "their-results",
    "ExistingKeysSecret": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:keys-AbCdEf",
    "ExistingTable": "their-table",
    "BaseDomains": "pictures.example.org,oss.example.net",
    "CustomDomains": "img.example.com=pictures,cdn.example.com=one",
    "DomainName": "oss.example.com",
    "Certificate": f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/0a1b-2c",
    "HostedZone": "Z0123456789ABC",
    "CdnCertificate": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/3d4e-5f",
    "WebAcl": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/darkroom/0a1b2c3d-4e5f",
    "Dialects": "x-tos-process,image_process",
    "Topics": f"done=arn:aws:sns:eu-west-1:{ACCOUNT}:done,"
    f"queue=https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/done",
    "TopicArns": f"arn:aws:sns:eu-west-1:{ACCOUNT}:done",
    "KmsKey": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000000",
    "AlarmTopic": f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms",
}
"""A value for each parameter that is empty by default."""

NEEDED = {
    "DomainName": ("Certificate",),
    "Certificate": ("DomainName",),
    "HostedZone": ("DomainName", "Certificate"),
    "CdnCertificate": ("Cdn", "DomainName", "Certificate"),
    "WebAcl": ("Cdn",),
    "OriginSecretRotation": ("Cdn",),
    "Topics": ("TopicArns",),
    "PathStyle": ("BaseDomains",),
}
"""Parameters that require others."""


LAST = ("Cdn",)
"""Parameters whose last allowed value is tested; for others it is the first new one."""


def changed_value(name: str) -> str:
    """Return a value of a parameter that is not its default."""
    entry = template()["Parameters"][name]
    if name in EXAMPLES:
        return EXAMPLES[name]
    if "AllowedValues" in entry:
        changed = [value for value in entry["AllowedValues"] if value != entry["Default"]]
        return str(changed[-1 if name in LAST else 0])
    if "MaxValue" in entry:
        return str(entry["MaxValue"])
    return "others"


def condition_parameters() -> list[str]:
    """Return the parameters that conditions of the template read."""
    conditions = str(template()["Conditions"])
    return [name for name in template()["Parameters"] if f"'{name}'" in conditions]


def deployment(*changed: str) -> Stack:
    """Return the stack with these parameters, and those that they require, changed."""
    names = {*changed, *(needed for name in changed for needed in NEEDED.get(name, ()))}
    if {"Cdn", "DomainName"} <= names:
        names.add("CdnCertificate")
    return stack_with({name: changed_value(name) for name in sorted(names)})


@cache
def deployments() -> dict[str, Stack]:
    """Return the stacks with the defaults, every switch alone, every two, and all."""
    names = condition_parameters()
    chosen = [(), *((n,) for n in names), *combinations(names, 2), tuple(names)]
    return {" ".join(changed) or "as it is": deployment(*changed) for changed in chosen}


def in_every_deployment(check: Callable[[Stack], None]) -> Callable[[], None]:
    """Make a test of a check of a stack; its failure lists every deployment that fails."""

    @wraps(check)
    def test() -> None:
        failures: dict[str, Exception] = {}
        for name, stack in deployments().items():
            try:
                check(stack)
            except (AssertionError, LookupError) as error:
                failures[name] = error
        if failures:
            lines = (f"{name}: {str(e).partition(chr(10))[0]}" for name, e in failures.items())
            raise AssertionError("\n".join(lines)) from next(iter(failures.values()))

    # Otherwise pytest takes the parameter `stack` for a fixture.
    del test.__dict__["__wrapped__"]
    return test


def variables(stack: Stack) -> dict[str, str]:
    """Return the environment of the process function, its values as text."""
    properties = function_properties(template(), "ProcessFunction")
    values = stack.resolved(properties["Environment"]["Variables"])
    return {name: str(value) for name, value in values.items()}
