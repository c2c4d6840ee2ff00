"""What messages say, whichever framework worded them."""

from __future__ import annotations

from axiswise.frontends.torch.messages import Found, find_messages, read_message

__all__ = ["Found", "find_messages", "read_message"]
