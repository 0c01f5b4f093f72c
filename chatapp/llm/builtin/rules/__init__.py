"""What the built-in model knows to do, one kind of wish a module.

A rule looks at the situation and returns its move, or None if the wish is not its own. `brain`
asks them in order.
"""
