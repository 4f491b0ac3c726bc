"""The rules: what can be wrong with a credential; one rule tells each mistake."""
