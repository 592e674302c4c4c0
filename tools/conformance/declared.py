"""Declared by hand: which parameter a choice concerns, and known differences. No results."""

from collections.abc import Mapping

CHOICES: Mapping[str, tuple[str, ...]] = {
    "resize,m": ("C-47", "C-49", "C-50"),
    "resize,w": ("C-43", "C-51", "C-176"),
    "resize,h": ("C-43", "C-51", "C-176"),
    "resize,l": ("C-43", "C-45", "C-46", "C-51"),
    "resize,s": ("C-43", "C-45", "C-46", "C-51"),
    "resize,p": ("C-43", "C-44", "C-48", "C-51"),
    "resize,limit": ("C-49", "C-50"),
    "resize,color": ("C-41", "C-47"),
    "crop,x": ("C-53",),
    "crop,y": ("C-53",),
    "crop,g": ("C-52", "C-97"),
    "indexcrop,x": ("C-54", "C-55"),
    "indexcrop,y": ("C-54", "C-55"),
    "circle,r": ("C-56", "C-57", "C-58", "C-59", "C-60"),
    "rotate,": ("C-61", "C-62"),
    "flip,": ("C-177",),
    "auto-orient,": ("C-63", "C-64", "C-65", "C-175"),
    "blur,r": ("C-66", "C-67"),
    "blur,s": ("C-66", "C-67"),
    "blur,g": ("C-97",),
    "blur,p": ("C-97",),
    "bright,": ("C-68",),
    "contrast,": ("C-69",),
    "sharpen,": ("C-70",),
    "gray,": ("C-179",),
    "strip,": ("C-179",),
    "ignore-error,": ("C-178",),
    "format,": ("C-71", "C-72", "C-174", "C-183", "C-184"),
    "quality,q": ("C-74", "C-75", "C-76"),
    "quality,Q": ("C-74", "C-75", "C-76"),
    "quality,": ("C-73",),
    "interlace,": ("C-175",),
    "watermark,text": ("C-77", "C-89", "C-137"),
    "watermark,image": ("C-77", "C-82", "C-83", "C-84", "C-85", "C-86", "C-87", "C-88"),
    "watermark,x": ("C-80",),
    "watermark,y": ("C-80",),
    "watermark,voffset": ("C-78",),
    "watermark,fill": ("C-81",),
    "watermark,padx": ("C-79",),
    "watermark,pady": ("C-79",),
    "watermark,type": ("C-90",),
    "watermark,size": ("C-91",),
    "watermark,shadow": ("C-91",),
    "watermark,rotate": ("C-91",),
    "watermark,align": ("C-92",),
    "info,": ("C-93", "C-94"),
    "average-hue,": ("C-95", "C-96"),
}
"""The choices about a parameter, or about the whole of an operation that has none."""

PICKED = frozenset(
    {"bright,", "contrast,", "sharpen,", "gray,", "strip,", "ignore-error,", "quality,"}
)
"""Parameters whose whole effect is a choice: what they do is not documented."""

DIFFERENCES: Mapping[str, tuple[str, str]] = {
    "crop,g": ("`face` and `auto` belong to another product: 501", "C-97"),
    "blur,g": ("faces belong to another product: 501", "C-97"),
    "blur,p": ("faces belong to another product: 501", "C-97"),
    "watermark,text": ("no shaping, and boxes for some scripts and emoji", "decision 010"),
    "watermark,type": ("five free fonts for the seven names", "decision 010"),
}
"""Difference from the service, and the reference that docs/migrate-from-oss.md has for it."""

CALLS: Mapping[str, str] = {
    "object GET x-oss-process": "GetObject with a process",
    "object HEAD x-oss-process": "HeadObject with a process",
    "object POST x-oss-process": "ProcessObject",
    "object PUT x-oss-process": "PUT of a process, refused",
    "object POST x-oss-async-process": "AsyncProcessObject",
    "object GET x-oss-async-process": "GetAsyncProcessTask",
    "object GET": "GetObject",
    "object GET range": "GetObject with a range",
    "object HEAD": "HeadObject",
    "object GET objectMeta": "GetObjectMeta by GET",
    "object HEAD objectMeta": "GetObjectMeta",
    "object PUT": "PutObject",
    "object PUT copy": "CopyObject",
    "object DELETE": "DeleteObject",
    "object GET acl": "GetObjectAcl",
    "object PUT acl": "PutObjectAcl",
    "object GET tagging": "GetObjectTagging",
    "object PUT tagging": "PutObjectTagging",
    "object DELETE tagging": "DeleteObjectTagging",
    "object POST uploads": "InitiateMultipartUpload",
    "object PUT uploadId": "UploadPart",
    "object PUT uploadId copy": "UploadPartCopy",
    "object POST uploadId": "CompleteMultipartUpload",
    "object DELETE uploadId": "AbortMultipartUpload",
    "object GET uploadId": "ListParts",
    "bucket GET style": "GetStyle, ListStyle",
    "bucket PUT style": "PutStyle",
    "bucket DELETE style": "DeleteStyle",
    "bucket GET": "ListObjects",
    "bucket GET list-type": "ListObjectsV2",
    "bucket GET versions": "ListObjectVersions",
    "bucket GET versioning": "GetBucketVersioning",
    "bucket GET uploads": "ListMultipartUploads",
    "bucket POST delete": "DeleteMultipleObjects",
    "bucket POST": "PostObject",
    "bucket HEAD": "HeadBucket",
    "bucket GET bucketInfo": "GetBucketInfo",
    "bucket GET location": "GetBucketLocation",
    "bucket GET acl": "GetBucketAcl",
    "bucket GET cors": "GetBucketCors",
    "bucket PUT": "PutBucket",
    "bucket PUT acl": "PutBucketAcl, refused",
    "bucket DELETE": "DeleteBucket, refused",
    "service GET": "ListBuckets",
}
"""OSS's names of the calls: of the routes, and of the variants that the observer distinguishes."""

NOT_SET = "GetBucketLifecycle, Policy and the like: nothing is set"
"""Stands for the reading routes of a bucket's configuration that have no name in `CALLS`."""

OWN_CALLS = frozenset({"bucket GET x-oss-bucket-settings", "bucket PUT x-oss-bucket-settings"})
"""Calls that OSS does not have."""

CLIENTS: Mapping[str, str] = {
    "oss2": r"aliyun-sdk-python/(?P<version>[\d.]+)",
    "alibabacloud-oss-v2": r"alibabacloud-python-sdk-v2/(?P<version>[\d.]+)",
    "ali-oss": r"aliyun-sdk-nodejs/(?P<version>[\d.]+)",
    "Go v1": r"aliyun-sdk-go/v?(?P<version>[\d.]+)",
    "Chromium": r".*\b(?:Headless)?Chrome/(?P<version>[\d.]+)",
    "urllib": r"Python-urllib/(?P<version>[\d.]+)",
}
"""Clients by the beginning of the `User-Agent` that they send."""

UNNAMED: Mapping[str, tuple[str, str]] = {
    "tests/functional/clients/test_opendal.py": ("Apache OpenDAL", "opendal")
}
"""Clients without a `User-Agent`, and their distributions, by the module of their tests."""
