"""Where a program spells a value that it feeds to a graph: in the dictionary of a call, or where that is named."""

from __future__ import annotations

import ast
from dataclasses import replace

from axiswise.facts import Frame
from axiswise.source.callsite import CallSite
from axiswise.source.text import Sources


def fed(sources: Sources, frame: Frame, place: int) -> Frame | None:
    """Return the frame of a call with the place of one fed value in it, or None where no dictionary spells it.

    Args:
        sources: The user's source files.
        frame: The frame whose call runs the graph.
        place: Which of the values, in the order of the dictionary.
    """
    site = CallSite.at(sources, frame)
    if site is None or site.call is None:
        return None
    named = [keyword.value for keyword in site.call.keywords if keyword.arg == "feed_dict"]
    for each in (*named, *site.call.args):
        listed = each if isinstance(each, ast.Dict) else site.definition(each)
        if isinstance(listed, ast.Dict) and None not in listed.keys and place < len(listed.values):
            return replace(frame, span=site.source.span(listed.values[place]))
    return None
