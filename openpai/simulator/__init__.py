"""Job traces on a virtual clock, through the same scheduler code: what a cluster would have done."""
