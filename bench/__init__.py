"""How fast and how safe: figures (`python -m bench`) and campaigns against the station (`python -m bench.chaos`)."""
