"""
The words and shapes of XTS, sans I/O: requests as bytes to send, answers as domain values.

Nothing here opens a socket or reads a clock. Source: docs/reference/xts-api.md and prop-servers.md.
"""
