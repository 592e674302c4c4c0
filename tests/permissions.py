"""What the code needs of AWS: each call with its permissions, by function."""

from collections.abc import Mapping

OBJECTS, BUCKET = "<Pictures>/*", "<Pictures>"
RESULTS, RESULTS_BUCKET = "<Results>/*", "<Results>"
TABLE, JOBS, DEAD_LETTERS = "<Table.Arn>", "<Jobs.Arn>", "<DeadLetters.Arn>"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:done"

type Grants = set[tuple[str, str]]
"""What may be done, each with what it may be done to."""


def to(resource: str, *actions: str) -> Grants:
    """Pair actions with what they are done to."""
    return {(action, resource) for action in actions}


# Without the right to list, S3 answers a missing object as a forbidden one.
READ = to(OBJECTS, "s3:GetObject") | to(BUCKET, "s3:ListBucket")
READ_VERSION = READ | to(OBJECTS, "s3:GetObjectVersion")
WRITE = to(OBJECTS, "s3:PutObject")
WRITE_TAGGED = WRITE | to(OBJECTS, "s3:PutObjectTagging")
READ_SECRET = "secretsmanager:GetSecretValue"
DELETE = to(OBJECTS, "s3:DeleteObject")

NOTHING: Grants = set()

CALLS: Mapping[str, tuple[Grants, Grants]] = {
    "dynamodb BucketRecords get_item": (
        to(TABLE, "dynamodb:GetItem"),
        to(TABLE, "dynamodb:GetItem"),
    ),
    "dynamodb BucketRecords update_item": (to(TABLE, "dynamodb:UpdateItem"), NOTHING),
    "front SecretFront get_secret_value": (to("<OriginSecret>", READ_SECRET), NOTHING),
    "listing S3Lister list_objects_v2": (to(BUCKET, "s3:ListBucket"), NOTHING),
    "parts S3Parts delete_objects": (to(RESULTS, "s3:DeleteObject"), NOTHING),
    "parts S3Parts get_object": (to(RESULTS, "s3:GetObject"), NOTHING),
    "parts S3Parts list_objects_v2": (to(RESULTS_BUCKET, "s3:ListBucket"), NOTHING),
    "parts S3Parts list_parts": (to(OBJECTS, "s3:ListMultipartUploadParts"), NOTHING),
    "parts S3Parts put_object": (to(RESULTS, "s3:PutObject"), NOTHING),
    "queue SqsLetters change_message_visibility": (
        NOTHING,
        to(JOBS, "sqs:ChangeMessageVisibility"),
    ),
    "queue SqsLetters send_message": (NOTHING, to(DEAD_LETTERS, "sqs:SendMessage")),
    "queue SqsQueue send_message": (to(JOBS, "sqs:SendMessage"), NOTHING),
    "results S3Results get_object": (
        to(RESULTS, "s3:GetObject") | to(RESULTS_BUCKET, "s3:ListBucket"),
        NOTHING,
    ),
    "results S3Results put_object": (to(RESULTS, "s3:PutObject"), NOTHING),
    "s3 S3Object get_object": (READ_VERSION, READ),
    "s3 S3Objects get_object": (READ_VERSION, READ),
    "s3 S3Objects head_object": (READ_VERSION, READ),
    "s3 presigned get_object": (READ_VERSION | to(RESULTS, "s3:GetObject"), NOTHING),
    "secrets SecretKeys get_secret_value": (to("<Keys>", READ_SECRET), NOTHING),
    "tasks TableLocks delete_item": (NOTHING, to(TABLE, "dynamodb:DeleteItem")),
    "tasks TableLocks put_item": (NOTHING, to(TABLE, "dynamodb:PutItem")),
    "tasks TableTasks get_item": (to(TABLE, "dynamodb:GetItem"), to(TABLE, "dynamodb:GetItem")),
    "tasks TableTasks put_item": (to(TABLE, "dynamodb:PutItem"), to(TABLE, "dynamodb:PutItem")),
    "tasks TableTasks update_item": (
        to(TABLE, "dynamodb:UpdateItem"),
        to(TABLE, "dynamodb:UpdateItem"),
    ),
    "topics MappedTopics publish": (NOTHING, to(TOPIC, "sns:Publish")),
    "topics MappedTopics send_message": (NOTHING, to(TOPIC, "sqs:SendMessage")),
    "uploads S3Uploads abort_multipart_upload": (to(OBJECTS, "s3:AbortMultipartUpload"), NOTHING),
    "uploads S3Uploads complete_multipart_upload": (WRITE, NOTHING),
    "uploads S3Uploads create_multipart_upload": (WRITE_TAGGED, NOTHING),
    "uploads S3Uploads list_multipart_uploads": (
        to(BUCKET, "s3:ListBucketMultipartUploads"),
        NOTHING,
    ),
    "uploads S3Uploads upload_part": (WRITE, NOTHING),
    "writing S3Writer copy_object": (
        READ_VERSION | WRITE_TAGGED | to(OBJECTS, "s3:GetObjectTagging"),
        NOTHING,
    ),
    "writing S3Writer delete_object": (DELETE | to(OBJECTS, "s3:DeleteObjectVersion"), NOTHING),
    "writing S3Writer delete_objects": (DELETE, NOTHING),
    "writing S3Writer head_object": (READ, NOTHING),
    "writing S3Writer put_object": (WRITE_TAGGED, WRITE),
}
"""Every call of AWS in aws/: what it needs in the process function, and in the persist one."""

LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
TRACES = to("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords")

RUNTIME: Mapping[str, Grants] = {
    "ProcessRole": to("<ProcessLogs.Arn>", *LOGS) | TRACES,
    "PersistRole": to("<PersistLogs.Arn>", *LOGS)
    | TRACES
    | to(JOBS, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
}
"""What Lambda itself does in a function's name: its logs, its traces, and taking messages."""
