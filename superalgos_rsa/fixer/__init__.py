"""Repairs: planned in memory, validated by the same rules, shown, and only then written."""
