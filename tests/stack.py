"""template.yaml, evaluated as CloudFormation does for given parameters."""

from functools import cache
from pathlib import Path

from local.cloudformation import Parameters, Stack, Template, read_template

PATH = Path(__file__).parents[1] / "template.yaml"

PSEUDO_PARAMETERS = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "darkroom",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/darkroom/0-1-2",
}


@cache
def template() -> Template:
    """Return the template, unevaluated."""
    return read_template(PATH)


def stack_with(given: Parameters) -> Stack:
    """Evaluate the template; the values of resources are written `<name>` or `<name.attribute>`."""
    return Stack(template=template(), given=given, deployed_value=_deployed_value)


def _deployed_value(name: str, attribute: str) -> str:
    if name in PSEUDO_PARAMETERS:
        return PSEUDO_PARAMETERS[name]
    value = f"<{name}.{attribute}>" if attribute else f"<{name}>"
    resource = template()["Resources"].get(name, {"Type": "created by SAM"})
    if resource["Type"] == "AWS::Serverless::LayerVersion":
        return f"arn:aws:lambda:eu-west-1:123456789012:layer:{value}:1"
    return value
