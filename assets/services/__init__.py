"""What can be done with assets: one module for each capability."""
