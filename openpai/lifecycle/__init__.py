"""The life of jobs and tasks: states, transitions, completion, retry, and the diagnosis of an exit. Pure."""
