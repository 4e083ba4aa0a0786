"""Say which parameters have a finite estimate, before anyone estimates them."""
