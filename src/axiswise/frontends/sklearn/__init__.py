"""scikit-learn, where a program prepares its data with it."""
