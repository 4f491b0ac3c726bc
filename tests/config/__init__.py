"""The config of a key, in a document and in the vault."""
