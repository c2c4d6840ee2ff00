"""One fault a file: `<slug>.py` names it and lists ways to mend it, `<slug>.md` is its page, documentation and test."""
