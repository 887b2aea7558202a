"""Papers that go into the box: one file each."""
