"""A verdict that stays true while files change."""
