"""Keeps a jainam desk's sessions in memory."""
