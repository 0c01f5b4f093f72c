"""The built-in model: rules that plan tool calls, and answers that quote what the tools brought.

Works offline, always says the same to the same, and never makes anything up. Knows the request
it is given and nothing else.
"""
