"""What is made: jobs and their steps, renditions, packages, pictures and sound."""
