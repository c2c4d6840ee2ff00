"""The wording of torch, and of what is used beside it; each module holds one family."""
