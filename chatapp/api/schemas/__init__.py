"""What the REST API says and is told, as classes, one module a resource (wire contract)."""
