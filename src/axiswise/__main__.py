"""`python -m axiswise`."""

from __future__ import annotations

import sys

from axiswise.cli import main

if __name__ == "__main__":
    sys.exit(main())
