"""Another name for a size that the user's own modules hand on: `Stage(width, wider)` for `Stage(width, width)`.

A layer is built by a line of one class with sizes that another class gave it. Where the line itself reads only what it
was given, the mistake is further out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from axiswise.diagnosis import Edit, Fix
from axiswise.source.callsite import CallSite
from axiswise.source.provenance import Place
from axiswise.source.text import Sources
from axiswise.source.unread import is_only_reading, words

FURTHEST = 3
"""Calls around the layer's own that are looked at."""

EVIDENCE = 0.3
AKIN = 0.3
"""What it is worth that a name shares a word with the argument of the layer that it would decide."""

FORGOTTEN = 0.4
"""What a parameter that nothing would read any more throws away."""


def passed_on(sources: Sources, place: Place) -> Iterator[Fix]:
    """Yield edits of the calls around the one that builds a layer, which hand on a name that has the wanted size."""
    built = place.call.layer.built if place.in_layer and place.call.layer is not None else ()
    for depth, frame in enumerate(reversed(built[:-1])):
        site = CallSite.at(sources, frame)
        if depth >= FURTHEST or site is None or site.call is None or place.value == place.wanted:
            return
        fitting = [name for name, size in frame.sizes.items() if size == place.wanted]
        akin = [name for name in fitting if words(name) & words(place.name)]
        evidence = EVIDENCE + (AKIN if akin else 0.0) - 0.05 * depth
        for node in (*site.call.args, *(keyword.value for keyword in site.call.keywords)):
            text = site.source.text_of(node)
            if isinstance(node, (ast.Name, ast.Attribute)) and frame.sizes.get(text) == place.value:
                lost = FORGOTTEN if is_only_reading(site.source, node) else 0.0
                for name in akin or fitting[:1]:
                    title = f"give {site.callee()} {name} in the place of {text}"
                    yield Fix(title, (Edit(site.source.span(node), name),), evidence - lost)
