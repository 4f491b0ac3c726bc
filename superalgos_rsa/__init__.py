"""Tells before a task starts whether Superalgos can really sign with a key, and mends what stands in the way."""

__version__ = "0.1.0"
