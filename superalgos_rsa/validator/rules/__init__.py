"""The rules: what can be wrong with a credential, each mistake told by one rule."""
