"""Repairs: planned in memory, proven by the same rules, shown, and only then written."""
