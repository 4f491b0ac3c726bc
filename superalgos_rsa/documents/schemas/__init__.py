"""Where a wheel has the JSON Schemas, which a checkout has in the folder `schemas` at its top."""
