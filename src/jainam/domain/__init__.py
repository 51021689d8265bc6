"""Values and rules of the trade. attrs and the standard library only: no I/O, clock, randomness, log or thread."""
