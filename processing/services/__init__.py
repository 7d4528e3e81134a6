"""What can be done with jobs: one module for each capability."""
