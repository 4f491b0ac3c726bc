"""Finds secrets and personal data in a document that is about to be shared."""
