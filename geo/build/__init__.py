"""Tables that need the router: built offline, never imported by the running product."""
