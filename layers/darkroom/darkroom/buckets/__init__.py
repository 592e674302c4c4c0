"""What an operator settles for a bucket: who may read it and how its names are understood."""

from dataclasses import dataclass, field

from darkroom.buckets.acl import Acl
from darkroom.buckets.protection import Protection, ProtectionRule

__all__ = ["Acl", "Bucket", "Protection", "ProtectionRule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One bucket by its OSS name, with its settings."""

    name: str
    acl: Acl = Acl.PRIVATE
    protection: Protection = field(default_factory=Protection)
