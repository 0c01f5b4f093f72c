"""The REST API under /v2: the wire contract on the same services as the pages."""
