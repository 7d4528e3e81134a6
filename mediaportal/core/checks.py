"""System checks of the ground: services, folders, the sandbox."""
