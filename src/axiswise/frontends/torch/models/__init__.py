"""Check a module that no script calls: build it, find out what it takes, run it, and say for which sizes it holds."""
