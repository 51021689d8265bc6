"""The default instrument store: one SQLite file per set, swapped by rename."""
