"""The use cases, one a file: ports in the constructor, one call."""
