"""The loop that makes reality follow intent.

`loop` runs one pass after another: look at the store and the backend, let `reconcile` decide, keep the decision,
then `perform` the acts. Deciding is pure: `advance` steps one job, `placing` gives waiting jobs their places.
`prepare` sees to a task's image before it is started; `capture` copies what tasks write into their logs.
Beside the loop, `image_keeper` looks after the images on the disk, and `asked_pulls` after pulls that no job waits for.
A crash at any line is healed by the next pass.
"""
