"""What the steps of jobs that analyse do."""
