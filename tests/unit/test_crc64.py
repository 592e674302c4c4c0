"""The checksum against the one that the vendor's SDK computes."""

import random

import crcmod
import pytest

from darkroom.crc64 import FOLD, GENERATOR, TERMS, crc64

REFERENCE = crcmod.mkCrcFun(GENERATOR, initCrc=0, xorOut=(1 << 64) - 1, rev=True)


def test_the_catalogued_check_value() -> None:
    """CRC-64/XZ, as catalogues call it, of the nine digits."""
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA


def test_the_fold_is_right_modulo_the_generator() -> None:
    """Adding the terms instead of the power changes no remainder."""
    difference = 1 << FOLD ^ sum(1 << term for term in TERMS)
    while difference.bit_length() > 64:
        difference ^= GENERATOR << difference.bit_length() - 65
    assert difference == 0


@pytest.mark.parametrize(
    "size", [0, 1, 7, 8, 9, 64, 354, 355, 701, 702, 709, 710, 711, 1419, 5000, 65_537, 1_000_003]
)
def test_every_size_agrees_with_the_sdk(size: int) -> None:
    """Below, at and beyond the sizes where folding begins."""
    data = random.Random(size).randbytes(size)
    assert crc64(data) == REFERENCE(data)


@pytest.mark.parametrize("byte", [b"\0", b"\xff"], ids=["zeros", "ones"])
@pytest.mark.parametrize("size", [8, 800, 8000])
def test_runs_of_one_byte_agree_with_the_sdk(byte: bytes, size: int) -> None:
    """Zeros at the beginning count."""
    assert crc64(byte * size) == REFERENCE(byte * size)
