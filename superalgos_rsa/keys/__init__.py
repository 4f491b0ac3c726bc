"""What a text is as a key, pairs made and converted, and the type of a secret; knows no paths and no platform."""
