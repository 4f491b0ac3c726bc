"""Key files: inspect a text, make and convert key pairs, hold a secret. Knows no workspaces and no platform."""
