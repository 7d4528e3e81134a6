"""The ground for every app: reading the environment, running programs safely, problems, ids, paging."""
