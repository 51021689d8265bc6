"""Measurements of the library that are no tests: they take minutes, and their figures are for people."""
