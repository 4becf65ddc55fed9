"""Why a simulation stops."""


class Broken(Exception):
    """A link of the chain did not hold; the message says which and why."""
