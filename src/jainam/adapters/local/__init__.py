"""What one machine offers: its clock, randomness, processes, file locks, limits in memory, and the log."""
