"""Mutants that no test can kill because they mean the same as the original, each with the reason."""

EQUIVALENT: dict[str, str] = {}
