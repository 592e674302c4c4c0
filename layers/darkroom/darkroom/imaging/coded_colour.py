"""Colour by code points instead of a profile: wide gamuts and high dynamic range (C-115).

HEIC and AVIF (`nclx`) and PNG (`cICP`) number primaries and transfer functions by ITU-T H.273.
An ICC profile is written for the code points, so that `to_srgb` converts these pictures like
others. A tone curve compresses light above paper white.
"""

import struct
from collections.abc import Callable
from functools import lru_cache

_PRIMARIES = {
    1: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),  # BT.709, sRGB
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # DCI-P3
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
"""Chromaticities of red, green and blue; any other code point counts as BT.709."""

_D65 = (0.3127, 0.3290)
_DCI_WHITE = (0.314, 0.351)
_WHITES = {11: _DCI_WHITE}
_D50_XYZ = (0.9642, 1.0, 0.8249)

_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))

_LINEAR, _PQ, _HLG = 8, 16, 18
_GAMMA_22, _GAMMA_28 = 4, 5

_PAPER_WHITE = 203.0
"""Candela per square metre (ITU-R BT.2408)."""
_HLG_PEAK = 1000.0
_KNEE = 0.25
"""Fraction of paper white up to which light is not compressed."""
_BRIGHTEST = 1000.0 / _PAPER_WHITE

_POINTS = 1024

type Vector = tuple[float, float, float]
type Matrix = tuple[Vector, ...]


@lru_cache(maxsize=16)
def coded_profile(primaries: int, transfer: int) -> bytes | None:
    """Return an ICC profile for code points of H.273, None for those treated as sRGB."""
    curve = _CURVES.get(transfer)
    if curve is None and primaries not in (9, 11, 12):
        return None
    white = _WHITES.get(primaries, _D65)
    colorants = _adapted(_to_xyz(_PRIMARIES.get(primaries, _PRIMARIES[1]), white), white)
    return _matrix_profile(colorants, curve or _srgb)


def _srgb(signal: float) -> float:
    return signal / 12.92 if signal <= 0.04045 else ((signal + 0.055) / 1.055) ** 2.4


def _pq(signal: float) -> float:
    """Decode SMPTE ST 2084 to multiples of paper white."""
    power = signal ** (1 / 78.84375)
    linear = (max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    return _compressed(10_000 * linear / _PAPER_WHITE)


def _hlg(signal: float) -> float:
    """Decode ARIB STD-B67 with the system gamma of a display of 1000 cd/m²."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = (
        signal * signal / 3 if signal <= 0.5 else (2.718281828459045 ** ((signal - c) / a) + b) / 12
    )
    return _compressed(_HLG_PEAK * scene**1.2 / _PAPER_WHITE)


def _compressed(light: float) -> float:
    """Return light up to the knee unchanged, and compress the rest to at most 1."""
    if light <= _KNEE:
        return light
    above = min((light - _KNEE) / (_BRIGHTEST - _KNEE), 1.0)
    # The curve has slope 1 at the knee and ends at 1.
    slope = (_BRIGHTEST - _KNEE) / (1 - _KNEE)
    return _KNEE + (1 - _KNEE) * slope * above / (1 + (slope - 1) * above)


_CURVES: dict[int, Callable[[float], float]] = {
    _GAMMA_22: lambda signal: signal**2.2,
    _GAMMA_28: lambda signal: signal**2.8,
    _LINEAR: lambda signal: signal,
    _PQ: _pq,
    _HLG: _hlg,
}
"""Transfer functions to linear light; others are treated as sRGB, as in browsers."""


def _to_xyz(primaries: tuple[tuple[float, float], ...], white: tuple[float, float]) -> Matrix:
    """Return red, green and blue in XYZ, one row each."""
    columns = tuple(_xyz(point) for point in primaries)
    scales = _solved(tuple(zip(*columns, strict=True)), _xyz(white))
    scaled = zip(scales, columns, strict=True)
    return tuple((scale * x, scale * y, scale * z) for scale, (x, y, z) in scaled)


def _xyz(point: tuple[float, float]) -> Vector:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _adapted(colorants: Matrix, white: tuple[float, float]) -> Matrix:
    """Adapt colours to the profile connection space's white by the Bradford transform."""
    before, after = _times(_BRADFORD, _xyz(white)), _times(_BRADFORD, _D50_XYZ)
    adapted = []
    for colorant in colorants:
        x, y, z = _times(_BRADFORD, colorant)
        scaled = x * after[0] / before[0], y * after[1] / before[1], z * after[2] / before[2]
        adapted.append(_solved(_BRADFORD, scaled))
    return tuple(adapted)


def _times(matrix: Matrix, vector: Vector) -> Vector:
    x, y, z = (row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2] for row in matrix)
    return x, y, z


def _solved(matrix: Matrix, vector: Vector) -> Vector:
    """Solve a 3x3 system of linear equations by Cramer's rule."""
    whole = _determinant(matrix)
    rows = list(zip(matrix, vector, strict=True))
    return (
        _determinant(tuple((value, b, c) for (_, b, c), value in rows)) / whole,
        _determinant(tuple((a, value, c) for (a, _, c), value in rows)) / whole,
        _determinant(tuple((a, b, value) for (a, b, _), value in rows)) / whole,
    )


def _determinant(matrix: Matrix) -> float:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def _matrix_profile(colorants: Matrix, curve: Callable[[float], float]) -> bytes:
    """Return a display profile of three colorants and one curve (ICC.1:2001-04)."""
    points = (round(65_535 * min(curve(at / (_POINTS - 1)), 1.0)) for at in range(_POINTS))
    tags = {
        b"rXYZ": _xyz_tag(colorants[0]),
        b"gXYZ": _xyz_tag(colorants[1]),
        b"bXYZ": _xyz_tag(colorants[2]),
        b"wtpt": _xyz_tag(_D50_XYZ),
        b"rTRC": b"curv" + bytes(4) + struct.pack(f">L{_POINTS}H", _POINTS, *points),
    }
    table, content = b"", b""
    first = 128 + 4 + 12 * (len(tags) + 2)
    for name, tag in tags.items():
        place = first + len(content)
        names = (name, b"gTRC", b"bTRC") if name == b"rTRC" else (name,)
        table += b"".join(struct.pack(">4sLL", each, place, len(tag)) for each in names)
        content += tag + bytes(-len(tag) % 4)
    head = struct.pack(
        ">L4sL4s4s4s12s4s4s24sLLL",
        *(first + len(content), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp", b"", b""),
        *(_fixed(value) for value in _D50_XYZ),
    )
    return head.ljust(128, b"\0") + struct.pack(">L", len(tags) + 2) + table + content


def _xyz_tag(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3l", *(_fixed(value) for value in values))


def _fixed(value: float) -> int:
    return round(value * 65_536)
