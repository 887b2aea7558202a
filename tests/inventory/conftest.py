"""Central for the tests of this folder."""

from tests.central_home import _template, central, shop

__all__ = ["_template", "central", "shop"]
