"""What several renderers share: safe text, source excerpts, a finding as styled lines, the closing summary."""
