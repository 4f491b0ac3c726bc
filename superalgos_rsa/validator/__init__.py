"""From documents to the report: facts are gathered, then every rule looks at them."""
