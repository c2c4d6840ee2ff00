"""How torch spells the vocabulary of `axiswise.ops`; one family a file, found by walking the package."""
