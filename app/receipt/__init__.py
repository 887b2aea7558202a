"""Order receipt: orders of every channel become ours, once each, as the shop says while nobody works on them."""
