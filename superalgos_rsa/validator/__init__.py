"""From documents to the report: gathers the facts, then runs every rule over them."""
