"""The query parameters that a V1 signature covers (spec 01 §5.1)."""

from darkroom.auth.canonical import OSS_PREFIX

_OF_PROCESSING = """
    x-oss-process x-oss-async-process style styleName acl versionId security-token
    response-content-type response-content-language response-expires response-cache-control
    response-content-disposition response-content-encoding
    x-oss-traffic-limit x-oss-request-payer
    x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-ac-forward-allow
"""

_OF_THE_REST = """
    accessPoint accessPointPolicy append asyncFetch bucketArchiveDirectRead bucketInfo
    callback callback-var cloudboxes cname comp continuation-token cors delete encryption
    endTime group httpsConfig img inventory inventoryId lifecycle link live location logging
    metaQuery objectInfo objectMeta partNumber policy position publicAccessBlock
    qos qosInfo qosRequester redundancyTransition referer regionList
    replication replicationLocation replicationProgress requestPayment requesterQosInfo
    resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo restore
    sequential startTime stat status symlink tagging transferAcceleration
    uploadId uploads versioning versions vod website worm wormExtend wormId
    x-oss-access-point-name x-oss-redundancy-transition-taskid
    x-oss-target-redundancy-type x-oss-write-get-object-response
"""

_OF_OURS = "x-oss-bucket-settings"
"""Always covered, so that nobody adds it to a URL that was signed for something else."""

LISTED = frozenset(f"{_OF_PROCESSING} {_OF_THE_REST} {_OF_OURS}".split())
"""What oss2 signs and nothing else; go-v2 adds every other `x-oss-*` (C-23)."""


def is_subresource(name: str) -> bool:
    """Tell whether V1 signs the parameter: it is listed or begins with `x-oss-`."""
    return name in LISTED or name.startswith(OSS_PREFIX)
