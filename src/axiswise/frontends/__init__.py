"""Ways in: each frontend turns one framework's runs into facts."""
