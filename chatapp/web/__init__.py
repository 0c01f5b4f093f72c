"""Pages and htmx fragments: who may, what is asked; then a service."""
