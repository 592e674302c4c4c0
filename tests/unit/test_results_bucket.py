"""The template empties what the service puts into the results bucket, and each in its time."""

import re
from pathlib import Path

from darkroom.aws import parts
from darkroom.aws.results import PREFIX
from darkroom.ports.uploads import UploadRef

TEMPLATE = (Path(__file__).parents[2] / "template.yaml").read_text()


def rules() -> dict[str, str]:
    """Days by prefix, as the template has them."""
    bucket = TEMPLATE.partition("\n  Results:\n")[2].partition("\n  ResultsPolicy:\n")[0]
    found = re.findall(r"Prefix: (.*)\n +ExpirationInDays: (.*)\n", bucket)
    assert len(found) == bucket.count("ExpirationInDays")
    return dict(found)


def test_everything_in_the_results_bucket_expires() -> None:
    """Parts after a day; results when they are no longer to be given again."""
    part = parts._prefix(UploadRef(bucket="b", key="k", id="u")).partition("/")
    assert rules() == {
        PREFIX: "!If [KeepsResults, !Ref KeepResultsDays, 1]",
        "".join(part[:2]): "1",
    }


def test_no_rule_reaches_into_another() -> None:
    """S3 takes the shorter time where rules overlap."""
    prefixes = list(rules())
    assert not any(a != b and a.startswith(b) for a in prefixes for b in prefixes)
