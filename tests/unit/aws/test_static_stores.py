"""A deployment without table and secret: it serves what it lists, and keeps nothing."""

from datetime import timedelta

import pytest

from darkroom.aws.static_stores import ConfiguredBuckets, NullCredentials, NullStyleStore
from darkroom.buckets import Acl, Bucket
from darkroom.errors import Code, OssError
from darkroom.settings import BucketEntry

LISTED = Bucket(name="demo", acl=Acl.PUBLIC_READ)
BUCKETS = ConfiguredBuckets(entries={"demo": BucketEntry(s3="s3", bucket=LISTED)})


def test_the_listed_settings_are_all_there_is() -> None:
    """Other buckets do not exist, nor do keys and styles."""
    assert BUCKETS.find("demo") == BUCKETS.current("demo") == LISTED
    assert BUCKETS.find("s3") is None
    assert NullCredentials().find("") is None
    assert NullStyleStore().recent("demo", timedelta()) == NullStyleStore().current("demo") == {}


def test_what_cannot_be_kept_is_refused() -> None:
    """Rather than taken and lost."""
    with pytest.raises(OssError) as settings:
        BUCKETS.save(LISTED)
    with pytest.raises(OssError) as styles:
        NullStyleStore().update("demo", lambda known: known)
    assert settings.value.code is styles.value.code is Code.NOT_IMPLEMENTED
