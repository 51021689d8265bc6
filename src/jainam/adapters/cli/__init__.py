"""The `jainam` command: a driving adapter that holds a desk."""
