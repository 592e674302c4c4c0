"""The API of the template: everything goes to the function, as it is."""

import json

from tests.deployments import deployment


def test_every_request_goes_to_the_version_in_use() -> None:
    """One route for all methods and paths, with payload 2.0, and the permission to call."""
    stack = deployment()
    assert stack.properties("AnyRequest")["RouteKey"] == "$default"
    assert stack.properties("AnyRequest")["Target"] == "integrations/<Integration>"
    integration = stack.properties("Integration")
    assert integration["PayloadFormatVersion"] == "2.0"
    assert "/functions/<ProcessFunction.Alias>/" in integration["IntegrationUri"]
    permission = stack.properties("ApiPermission")
    assert permission["FunctionName"] == "<ProcessFunction.Alias>"
    assert permission["SourceArn"].endswith(":<Api>/*")


def test_nobody_has_to_deploy_it_by_hand() -> None:
    """The stage without a name of its own follows each change, and is what domains show."""
    stack = deployment("DomainName")
    stage = stack.properties("ApiStage")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    mapped = [entry["Properties"] for _, entry in stack.of_type("AWS::ApiGatewayV2::ApiMapping")]
    assert {entry["Stage"] for entry in mapped} == {"<ApiStage>"}


def test_no_query_is_logged() -> None:
    """It may hold a signature: nothing is, but what is named here."""
    written = deployment().properties("ApiStage")["AccessLogSettings"]["Format"]
    logged = json.loads(written)
    assert {value.removeprefix("$context.") for value in logged.values()} == {
        *("requestId", "requestTime", "identity.sourceIp", "domainName", "httpMethod", "path"),
        *("protocol", "status", "responseLength", "responseLatency", "integrationLatency"),
        "integrationErrorMessage",
    }
