"""The torch frontend: the only place that imports torch."""
