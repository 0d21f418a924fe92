"""The commands of the shell, one noun a module; ``nearhome.app.cli`` imports only the one that is asked for."""
