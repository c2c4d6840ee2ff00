"""The wording of NumPy, and of what works on its arrays; each module holds one family."""
