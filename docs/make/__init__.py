"""Makes the parts of the documentation that come out of the code, so that they cannot say something else.

`python -m docs.make` fills them in; `--check` only tells which pages are out of date (tests/docs does the same).

pages         the marks in the pages, and what stands between them
job_fields    the fields of the job YAML, from its JSON Schema
commands      commands and options, from the commands' own parameters
variables     the environment of a task, from the environment of a small job
image_table   the standard images, from the catalogue
settings      what an admin can set
faults        what you see, why, what to do: from the message catalogues
refusals      what comes of each fault of an image, as a test found out
ends          how a task or job can end: from the exit-spec table
state_charts  the state machines, from their tables
house         the rooms of openpai/, from its docstring
picture       the picture of a terminal session (scripts/picture; not part of the rest: it runs a job)
"""
