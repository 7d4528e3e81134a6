"""People: the user model, the five roles and who is calling."""
