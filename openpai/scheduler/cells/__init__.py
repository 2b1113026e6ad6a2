"""The cells: what is there, what is promised, who has it, and how the two are brought together."""
