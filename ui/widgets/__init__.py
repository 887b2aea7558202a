"""The painted parts of a screen: one widget a panel type, all of them drawn through one canvas."""
