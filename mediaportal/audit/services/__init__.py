"""What can be done with the audit log: add to it."""
