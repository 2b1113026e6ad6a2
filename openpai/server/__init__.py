"""HTTP: who asks, what is asked, and the shapes of the replies. Decides nothing.

In this room, as a request walks through it:

    app          puts the application together: edge, errors, routes, the OpenAPI document
    edge         around every request: its id, its path, and what nobody foresaw
    auth         whose request it is, and what he may do
    bodies       request bodies, read within a limit
    routes/      one file per subject: info, submissions, jobs, logs, streams, credentials, groups
    listing      query parameters of the job list → a query of the store
    tasks        a task in a path → its attempts
    ranges       `Range` headers
    watching     a job's changes as events
    logstream    a growing log as events
    sse          server-sent events: their form, their pauses, their end
    detail       a job as it stands → OpenPAI's job in detail
    items        rows of the job list, and events, → OpenPAI's
    roles        what the job file says of its roles
    attempts     one attempt of a task or job → OpenPAI's fields
    replies      errors and reasons → text in the reader's language
    shapes       OpenPAI's JSON, field by field; `job_shapes`, `credential_shapes`: that of these
    services     what the routes are given
"""
