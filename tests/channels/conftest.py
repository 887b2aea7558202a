"""Central for the tests of this folder."""

from tests.central_home import _template, central

__all__ = ["_template", "central"]
