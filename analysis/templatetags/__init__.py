"""Template tags of the pages about what is understood and moderated."""
