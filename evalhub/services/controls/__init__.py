"""Keep the pairs that check quality: which they are, what is right, and how many are given."""
