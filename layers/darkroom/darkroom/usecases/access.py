"""Who may do what (spec 01 §4)."""

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError, no_such_bucket
from darkroom.usecases.world import World


def bucket_named(world: World, name: str) -> Bucket:
    """Find a bucket; only listed ones exist."""
    bucket = world.buckets.find(name)
    if bucket is None:
        raise no_such_bucket(name)
    return bucket


def allow_anonymous_read(bucket: Bucket) -> None:
    """Let anyone read a public bucket, and nobody another one."""
    if not bucket.acl.anyone_reads:
        raise OssError(Code.ACCESS_DENIED, "Anonymous user has no right to access this bucket.")
