"""What lasts: the database (intent and history) and the logs of task attempts.

`database` opens it; one file per subject holds the queries: `jobs`, `tokens`, `credentials`, `groups`. `vault` encrypts
what must not lie readable. `logs` keeps what tasks wrote. `changes` tells who waits that something is new. No decision
is taken here.
"""
