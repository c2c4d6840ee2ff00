"""The wording of TensorFlow, run eagerly and as a graph; each module holds one family."""
