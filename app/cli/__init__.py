"""The nearhome command: one module a command, imported only when it is asked for."""
