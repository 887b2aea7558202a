"""Scanner protocols, one a file; each offers `PROTOCOL: ScannerProtocol` under its own file name."""
