"""The CRC-64 equals the one that the vendor's SDK computes."""

import random

import crcmod
import pytest
from fastcrc import crc64

REFERENCE = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=(1 << 64) - 1, rev=True)


def test_the_catalogued_check_value() -> None:
    """The check value of CRC-64/XZ is that of the nine digits."""
    assert crc64.xz(b"123456789") == 0x995DC9BBDF1939FA


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 64, 701, 5000, 65_537, 1_000_003])
def test_every_size_agrees_with_the_sdk(size: int) -> None:
    """Random bytes, zeros and ones: leading zeros change the checksum."""
    for data in (random.Random(size).randbytes(size), bytes(size), b"\xff" * size):
        assert crc64.xz(data) == REFERENCE(data)
