"""A rule's page for reading: markdown laid out on a terminal, as it is elsewhere."""

from __future__ import annotations

import io

from rich.console import Console
from rich.markdown import Markdown

from axiswise.render import RenderOptions

CASES = "\n## Cases\n"


def shown_page(page: str, options: RenderOptions) -> str:
    """Return a page, its cases only where all is to be shown."""
    text = page if options.show_all else page.partition(CASES)[0]
    text = text.rstrip() + "\n"
    if not options.color:
        return text
    buffer = io.StringIO()
    Console(file=buffer, width=options.width, force_terminal=True).print(Markdown(text))
    return buffer.getvalue()
