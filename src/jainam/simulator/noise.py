"""
Numbers that look random and are a function of their key.

Everything that varies in the simulated market comes from here, so that an answer depends on the seed and the
question alone, never on what was asked before.
"""

from hashlib import blake2b
from typing import Final

_MASK: Final = (1 << 64) - 1


def seed_from(*parts: object) -> int:
    """Return 64 bits that follow from *parts*, the same in every process and on every machine."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "little")


def mix(number: int) -> int:
    """Return 64 well-spread bits for an integer; neighbours give unrelated bits."""
    z = (number + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def unit(seed: int, index: int = 0) -> float:
    """Return a number in [0, 1) for place *index* of the sequence *seed*."""
    return (mix(seed + index * 0x632BE59BD9B4E019) >> 11) * 2.0**-53


def signed(seed: int, index: int = 0) -> float:
    """Return a number in [-1, 1) for place *index* of the sequence *seed*."""
    return 2.0 * unit(seed, index) - 1.0


def smooth(seed: int, place: float) -> float:
    """Return smooth noise in [-1, 1] at *place*: whole places are independent, between them it is eased."""
    whole = int(place // 1)
    part = place - whole
    before = signed(seed, whole)
    return before + (signed(seed, whole + 1) - before) * part * part * (3.0 - 2.0 * part)
