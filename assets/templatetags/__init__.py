"""Template tags of the pages about assets."""
