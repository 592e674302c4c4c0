"""The buckets, the table and the access key of a local application."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

PUBLIC, PRIVATE, RESULTS = "demo", "demo-private", "darkroom-results"
KEYS = "darkroom-keys"
TABLE = "darkroom"

KEY_ID, SECRET = "darkroom", "darkroom-secret"

ACCESS_KEY = {
    "id": KEY_ID,
    "secret": SECRET,
    "buckets": [PUBLIC, PRIVATE],
    "permissions": ["read", "write", "admin"],
}
"""An access key with all permissions; the server only listens on 127.0.0.1."""

SETTINGS = {
    "DARKROOM_BASE_DOMAINS": "localhost",
    "DARKROOM_KEYS_SECRET": KEYS,
    "DARKROOM_TABLE": TABLE,
    "DARKROOM_RESULTS_BUCKET": RESULTS,
}


def ensure_bucket(s3: "S3Client", bucket: str) -> None:
    """Create the bucket unless it exists."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket)


def ensure_table(client: "DynamoDBClient", name: str = TABLE) -> None:
    """Create the table as template.yaml defines it, unless it exists."""
    if name not in client.list_tables()["TableNames"]:
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


def ensure_keys(secrets: "SecretsManagerClient") -> None:
    """Store the access key in the secret that the functions read."""
    text = json.dumps([ACCESS_KEY])
    try:
        secrets.create_secret(Name=KEYS, SecretString=text)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=KEYS, SecretString=text)
