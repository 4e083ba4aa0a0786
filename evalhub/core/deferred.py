"""Import a large library when something of it is first used, and not when a module names it.

A server imports every page, and the pages of scores name pandas; loading it takes a fifth of a
start, and a comparison page needs nothing of it.
"""

from importlib import import_module


class Deferred:
    """Stand for a module that is imported at the first use of something in it.

    What is taken from it stands for itself until it is called or asked for more, so that naming a
    class beside a parameter loads nothing.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> "_Named":
        return _Named(self._module, name)


class _Named:
    """Stand for one function or class of a module."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *values: object, **named: object) -> object:
        return getattr(import_module(self._module), self._name)(*values, **named)

    def __or__(self, other: object) -> object:
        """Be one of several types that a parameter may have; annotations are for readers."""
        return self
