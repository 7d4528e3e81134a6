"""What `script/bench` measures: one module for each promise, each with `measure(folder)` that yields rows."""
