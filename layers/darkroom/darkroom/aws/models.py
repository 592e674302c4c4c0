"""botocore's descriptions of the services, for a client that is created in less time.

botocore itself looks into the folders of all services, and parses with `json`: together more than
half of the time that a function takes for its first client.
"""

import gzip
from typing import Any

from botocore.loaders import JSONFileLoader, Loader
from msgspec.json import decode

SERVICES = ("dynamodb", "s3", "secretsmanager", "sns", "sqs")
"""The services that clients are created for."""


def model_loader() -> Loader:
    """Return a loader of the services used here; its files are those of botocore's package."""
    return _UsedServices(file_loader=_FileLoader())


class _UsedServices(Loader):
    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's
        return list(SERVICES)


class _FileLoader(JSONFileLoader):
    def load_file(self, file_path: str) -> Any:
        """Return the document in a file, given without its suffix; None where there is none."""
        for suffix, opened in ((".json.gz", gzip.open), (".json", open)):
            try:
                with opened(file_path + suffix, "rb") as file:
                    return decode(file.read())
            except FileNotFoundError:
                continue
        return None
