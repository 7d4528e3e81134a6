"""What can be told, to whom, and how."""
