"""How long axiswise takes, beside plain Python and beside other tools: `python -m benchmarks`."""
