"""What `processing` hears: an asset is stored, so its job begins."""
