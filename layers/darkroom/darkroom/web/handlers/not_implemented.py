"""Operations of OSS that are not implemented: refused by name, never treated as another.

The refusals are 4xx: clients repeat a request that is answered 5xx.
"""

from collections.abc import Mapping

from darkroom.errors import Code, OssError, callback_refused, truncate

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

CALLBACKS = ("callback", "callback-var")


def refuse_operations(query: Mapping[str, str], names: frozenset[str]) -> None:
    """Refuse a query that names one of these operations."""
    for name in query:
        if name in names:
            raise not_implemented(name)


def not_implemented(name: str) -> OssError:
    """Return the error for an operation that OSS has, by its sub-resource."""
    if name in CALLBACKS:
        return callback_refused()
    return OssError(Code.METHOD_NOT_ALLOWED, f"The operation {truncate(name)} is not implemented.")
