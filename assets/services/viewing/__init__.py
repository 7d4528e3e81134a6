"""What is done with watching: where somebody left off, and how much of an asset its viewers see together."""
