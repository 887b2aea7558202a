"""Central on a server that holds years of facts: pushing, applying, deciding, and one station that makes a noise."""
