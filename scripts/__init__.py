"""Keep what is made from the code up to date."""
