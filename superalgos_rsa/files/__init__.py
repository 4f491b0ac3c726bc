"""The disk: files read and replaced whole, locks, modes and rights, and the journal by which changes are undone."""
