"""What `notifications` hears, one line for each piece of news."""
