"""JSON documents as text: where every value stands, edits that leave the rest as it is, and what may be shown."""
