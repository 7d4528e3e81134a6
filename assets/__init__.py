"""What is kept: assets and their variants, uploads in, files out, the library."""
