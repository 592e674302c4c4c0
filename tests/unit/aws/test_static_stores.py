"""Stores of a deployment without a table and a secret: configured buckets only."""

from datetime import timedelta

import pytest

from darkroom.aws.static_stores import ConfiguredBuckets, NullCredentials, NullStyleStore
from darkroom.buckets import Acl, Bucket
from darkroom.errors import Code, OssError
from darkroom.settings import BucketEntry

CONFIGURED = Bucket(name="demo", acl=Acl.PUBLIC_READ)
BUCKETS = ConfiguredBuckets(entries={"demo": BucketEntry(s3="s3", bucket=CONFIGURED)})


def test_only_configured_buckets_exist() -> None:
    """Other buckets, access keys and styles are not found."""
    assert BUCKETS.find("demo") == BUCKETS.current("demo") == CONFIGURED
    assert BUCKETS.find("s3") is None
    assert NullCredentials().find("") is None
    assert NullStyleStore().recent("demo", timedelta()) == NullStyleStore().current("demo") == {}


def test_writes_are_refused() -> None:
    """Saving settings or styles raises NotImplemented."""
    with pytest.raises(OssError) as settings:
        BUCKETS.save(CONFIGURED)
    with pytest.raises(OssError) as styles:
        NullStyleStore().update("demo", lambda known: known)
    assert settings.value.code is styles.value.code is Code.NOT_IMPLEMENTED
