"""What the doors of `analysis` may do, one module for each capability."""
