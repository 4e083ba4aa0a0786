"""Model ties and grades: half wins, Davidson, Rao and Kupper, behind one protocol."""
