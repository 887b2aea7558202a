"""The core of Packbay: vocabulary, tables, stages of fulfilment. No Qt, no serial ports, no PDF."""
