"""ministack, with what the template needs and AWS has besides: `python emulator.py PORT`.

It runs in an environment of its own (`.venv-ministack`) and imports nothing of this project. Each
function states a difference between ministack and AWS (decision 170). The account is a new one:
its quotas are `MEMORY_QUOTA` and `CONCURRENCY_QUOTA`.
"""

import copy
import operator
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

MEMORY_QUOTA = 3008
CONCURRENCY_QUOTA = 10
UNRESERVED = 10
"""Concurrency that AWS leaves to functions without a reservation: 100, or all of a small quota."""

REGION = "eu-west-1"
ACCOUNT = "123456789012"

os.environ |= {
    "BIND_HOST": "127.0.0.1",
    "GATEWAY_PORT": sys.argv[1],
    "MINISTACK_REGION": REGION,
    "MINISTACK_ACCOUNT_ID": ACCOUNT,
    "LOG_LEVEL": "ERROR",
}

from ministack import app  # noqa: E402 - it reads the variables at its import
from ministack.services import (  # noqa: E402
    acm,
    cloudwatch,
    dynamodb,
    lambda_svc,
    route53,
)
from ministack.services.cloudformation import (  # noqa: E402
    _stacks,
    changesets,
    engine,
    handlers,
    helpers,
    provisioners,
    stacks,
)

type Properties = dict[str, Any]

RESOURCES: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS


def guard(resource_type: str, check: Callable[[Properties], None]) -> None:
    """Check the properties of a resource before it is created or updated."""
    made = RESOURCES[resource_type]
    create, update = made["create"], made["update"]

    def create_checked(logical_id: str, properties: Properties, stack: str) -> Any:
        check(properties)
        return create(logical_id, properties, stack)

    def update_checked(
        physical_id: str, old: Properties, new: Properties, stack: str, *further: Any
    ) -> Any:
        check(new)
        return update(physical_id, old, new, stack, *further)

    RESOURCES[resource_type] = {**made, "create": create_checked, "update": update_checked}


def check_quotas(properties: Properties) -> None:
    """Refuse a function over the quotas of a new account, in Lambda's words."""
    if int(properties.get("MemorySize", 128)) > MEMORY_QUOTA:
        raise ValueError(
            "'MemorySize' value failed to satisfy constraint: Member must have value less than or "
            f"equal to {MEMORY_QUOTA}"
        )
    reserved = int(properties.get("ReservedConcurrentExecutions", 0))
    if reserved and CONCURRENCY_QUOTA - reserved < UNRESERVED:
        raise ValueError(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED}]."
        )
    for name, value in properties.get("Environment", {}).get("Variables", {}).items():
        if not isinstance(value, str):
            raise TypeError(f"The variable {name} is {value!r} and not a text")


def delete_table(physical_id: str, properties: Properties) -> None:
    """Refuse to delete a table that is protected, as in a rollback."""
    if dynamodb._tables.get(physical_id, {}).get("DeletionProtectionEnabled"):
        raise ValueError(
            "Resource cannot be deleted as it is currently protected against deletion. Disable "
            "deletion protection first."
        )
    original_delete(physical_id, properties)


original_delete = RESOURCES["AWS::DynamoDB::Table"]["delete"]
RESOURCES["AWS::DynamoDB::Table"] = {**RESOURCES["AWS::DynamoDB::Table"], "delete": delete_table}


# --- Certificates are issued when their records exist ---------------------------------------------

pending: dict[str, list[str]] = {}
"""The names of the records of each certificate that is not issued yet, by its ARN."""


def request_certificate(request: Properties) -> Any:
    """Create a certificate that is pending."""
    reply = original_request(request)
    for arn, certificate in acm._certificates.items():
        if arn not in known_certificates:
            known_certificates.add(arn)
            certificate["Status"] = "PENDING_VALIDATION"
            pending[arn] = [
                option["ResourceRecord"]["Name"].rstrip(".")
                for option in certificate["DomainValidationOptions"]
            ]
    return reply


def describe_certificate(request: Properties) -> Any:
    """Issue the certificate if its records exist."""
    arn = request["CertificateArn"]
    records = {record["Name"].rstrip(".") for zone in route53._records.values() for record in zone}
    if arn in pending and records.issuperset(pending[arn]):
        del pending[arn]
        acm._certificates[arn]["Status"] = "ISSUED"
    return original_describe(request)


known_certificates: set[str] = set()
original_request, original_describe = acm._request_certificate, acm._describe_certificate
acm._request_certificate, acm._describe_certificate = request_certificate, describe_certificate


def check_certificates(properties: Properties) -> None:
    """Refuse a domain or a distribution whose certificate is not issued."""
    viewer = properties.get("DistributionConfig", {}).get("ViewerCertificate", {})
    names = [each["CertificateArn"] for each in properties.get("DomainNameConfigurations", ())]
    for arn in (*names, *filter(None, [viewer.get("AcmCertificateArn")])):
        if arn in pending:
            raise ValueError(f"The certificate {arn} is in the state PENDING_VALIDATION")


# --- Groups of records ----------------------------------------------------------------------------


def records_of(group: Properties) -> Iterable[Properties]:
    """Return the properties of a group's records as those of single records."""
    return ({**record, "HostedZoneId": group["HostedZoneId"]} for record in group["RecordSets"])


def create_records(logical_id: str, group: Properties, stack: str) -> tuple[str, Properties]:
    """Create the records; raises `ValueError` for one that exists."""
    for record in records_of(group):
        provisioners._r53_record_set_create(logical_id, record, stack)
    return f"{stack}-{logical_id}", {}


def update_records(
    physical_id: str, old: Properties, new: Properties, stack: str
) -> tuple[str, Properties]:
    """Replace the records."""
    delete_records(physical_id, old)
    create_records(physical_id, new, stack)
    return physical_id, {}


def delete_records(physical_id: str, group: Properties) -> None:
    """Delete the records."""
    for record in records_of(group):
        provisioners._r53_record_set_delete(physical_id, record)


RESOURCES["AWS::Route53::RecordSetGroup"] = {
    "create": create_records,
    "update": update_records,
    "delete": delete_records,
}


# --- Alarms look at the dimensions, and at metric math --------------------------------------------

COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
}
STATISTICS: dict[str, Callable[[list[float]], float]] = {"Sum": sum, "Maximum": max}


def alarm_record(name: str, properties: Properties) -> Properties:
    """Return the record of an alarm; one of metric math keeps its `Metrics`."""
    metrics = properties.get("Metrics")
    if not metrics:
        record: Properties = original_record(name, properties)
        return record
    single = metrics[-1]["MetricStat"]
    flat = {k: v for k, v in properties.items() if k != "Metrics"}
    made = original_record(
        name, {**flat, **single["Metric"], "Period": single["Period"], "Statistic": single["Stat"]}
    )
    return {**made, "Metrics": metrics}


def latest(metric: Properties, period: int, statistic: str) -> float | None:
    """Return the statistic of the last period, None without data."""
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(metric.get("Dimensions", [])))
    points = cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], dimensions), [])
    values = [p["Value"] for p in points if p["Timestamp"] >= time.time() - period]
    return float(STATISTICS[statistic](values)) if values else None


def evaluate_alarm(alarm: Properties) -> None:
    """Set the state of an alarm by the metrics of its last period."""
    if metrics := alarm.get("Metrics"):
        inputs = {
            each["Id"]: latest(
                each["MetricStat"]["Metric"],
                int(each["MetricStat"]["Period"]),
                each["MetricStat"]["Stat"],
            )
            for each in metrics
            if "MetricStat" in each
        }
        (expression,) = (each["Expression"] for each in metrics if "Expression" in each)
        value = None if None in inputs.values() else evaluate_expression(expression, inputs)
    else:
        value = latest(alarm, alarm["Period"], alarm["Statistic"])
    missing = {"notBreaching": "OK"}[alarm["TreatMissingData"]]
    breaching = COMPARISONS[alarm["ComparisonOperator"]]
    state = missing if value is None else "OK"
    if value is not None and breaching(value, float(alarm["Threshold"])):
        state = "ALARM"
    if state != alarm["StateValue"]:
        before, alarm["StateValue"] = alarm["StateValue"], state
        alarm["StateReason"] = f"the value is {value}"
        cloudwatch._dispatch_alarm_actions(alarm, before, state, alarm["StateReason"])


def evaluate_expression(expression: str, inputs: Properties) -> float:
    """Evaluate metric math of numbers, operators and `IF(condition, value, value)`."""
    functions = {"IF": lambda condition, yes, no: yes if condition else no, "__builtins__": {}}
    return float(eval(expression, functions, inputs))  # noqa: S307 - the template's own text


original_record = provisioners._cw_metric_alarm_record
provisioners._cw_metric_alarm_record = alarm_record
cloudwatch._evaluate_alarm = evaluate_alarm


# --- Conditions join lists ------------------------------------------------------------------------


def evaluate_conditions(template: Properties, parameters: Properties) -> dict[str, bool]:
    """Evaluate the conditions, with `Fn::Join` of a list parameter replaced by its value."""
    conditions = joined(copy.deepcopy(template.get("Conditions", {})), parameters)
    found: dict[str, bool] = original_conditions({**template, "Conditions": conditions}, parameters)
    return found


def joined(value: Any, parameters: Properties) -> Any:
    """Replace `Fn::Join` of a parameter."""
    if isinstance(value, list):
        return [joined(item, parameters) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        separator, listed = value["Fn::Join"]
        members = parameters[listed["Ref"]]["Value"].split(",")
        return separator.join(member.strip() for member in members)
    return {name: joined(item, parameters) for name, item in value.items()}


original_conditions = engine._evaluate_conditions
for module in (engine, changesets, handlers, stacks):
    module._evaluate_conditions = evaluate_conditions


# --- Stacks that were rolled back -----------------------------------------------------------------


def create_change_set(request: Properties) -> Any:
    """Refuse to update a stack whose creation was rolled back."""
    stack = _stacks.get(helpers._p(request, "StackName"))
    if stack and stack["StackStatus"] in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}:
        return helpers._error(
            "ValidationError",
            f"Stack:{stack['StackId']} is in {stack['StackStatus']} state and can not be updated.",
        )
    return original_change_set(request)


original_change_set = handlers._ACTION_HANDLERS["CreateChangeSet"]
handlers._ACTION_HANDLERS["CreateChangeSet"] = create_change_set


def activate(_name: str, version: Properties) -> None:
    """Activate a version at once: its functions do not run here."""
    version["config"] |= {"State": "Active", "LastUpdateStatus": "Successful"}


if __name__ == "__main__":
    guard("AWS::Lambda::Function", check_quotas)
    guard("AWS::ApiGatewayV2::DomainName", check_certificates)
    guard("AWS::CloudFront::Distribution", check_certificates)
    lambda_svc._snapstart_provision_version_async = activate
    lambda_svc._ensure_poller = lambda: None
    del sys.argv[1:]  # ministack has arguments of its own.
    app.main()
