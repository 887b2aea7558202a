"""Scale protocols, one a file; each offers `PROTOCOL: ScaleProtocol` under its own file name."""
