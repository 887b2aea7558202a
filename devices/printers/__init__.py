"""Printer transports, one a file; each offers `TRANSPORT: Transport`. `zpl` is the language a label printer speaks."""
