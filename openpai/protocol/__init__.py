"""The job YAML, protocol version 2: reading, validating, templates, secrets. Pure: no I/O, no clock.

In the order of a submission: `document` (text → values with places), `parse` (values → `job.Job`, all errors
together), `secrets` (what may be stored and shown), `template` (the script that a task runs), and beside them
`schema` (JSON Schema for editors). Knows nothing of images, cells or containers.
"""
