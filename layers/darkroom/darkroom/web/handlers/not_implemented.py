"""Operations of OSS that are not implemented: refused by name, never treated as another."""

from collections.abc import Mapping

from darkroom.errors import Code, OssError, truncate

_OBJECT_OPERATIONS = """
    append asyncFetch callback objectInfo restore symlink tagging x-oss-async-process
"""

_BUCKET_OPERATIONS = """
    accessPoint accessPointPolicy bucketArchiveDirectRead cloudboxes cname cors encryption
    httpsConfig inventory lifecycle logging metaQuery policy publicAccessBlock qosInfo
    redundancyTransition referer regionList replication replicationLocation replicationProgress
    requestPayment requesterQosInfo resourceGroup resourcePool resourcePoolBuckets
    resourcePoolInfo stat tagging transferAcceleration versioning versions website worm
"""

OF_OBJECTS = frozenset(_OBJECT_OPERATIONS.split())
OF_BUCKETS = frozenset(_BUCKET_OPERATIONS.split())


def refuse_operations(query: Mapping[str, str], names: frozenset[str]) -> None:
    """Refuse a query that names one of these operations."""
    for name in query:
        if name in names:
            raise OssError(
                Code.NOT_IMPLEMENTED, f"The operation {truncate(name)} is not implemented."
            )
