"""JSON documents as text: the place of every value, edits that change nothing else, and what may be shown."""
