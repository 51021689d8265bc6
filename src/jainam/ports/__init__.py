"""What the use cases need of the world, one capability a file. Adapters implement these Protocols."""
