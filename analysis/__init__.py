"""What is understood: what is said, shown and heard in an asset, found at its second."""
