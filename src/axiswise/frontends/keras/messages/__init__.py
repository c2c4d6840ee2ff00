"""The wording of Keras, of this release and older ones; each module holds one family."""
