"""The loop that makes reality follow intent.

`loop` runs one pass after another: look at the store and the backend, let `reconcile` decide, keep the decision,
then `perform` the acts. Deciding is pure: `advance` steps one job, `placing` gives waiting jobs their places.
`capture` copies what tasks write into their logs. A crash at any line is healed by the next pass.
"""
