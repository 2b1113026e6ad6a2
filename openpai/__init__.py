"""OpenPAI in Python: a team shares GPU servers by describing jobs in YAML.

A job is data that walks one way through this house; a room knows only the rooms below it:

    cli/          what a person types: `pai …`
    main          puts the parts together: settings → store, backend, controller, server
    server/       HTTP: authentication, routes, live streams (SSE), errors → replies
    client        typed HTTP client, the Python SDK
    admission/    a submission: parse → facts → checks → commit
    controller/   the loop: intent × observation × now → acts, and their execution
    backends/     what runs containers: docker/, simulated
    store/        the database (intent, history) and the append-only logs
    runtime/      what goes into a container: environment, scripts, network addresses
    lifecycle/    states, transitions, completion, retry, diagnosis of an exit
    simulator/    job traces on a virtual clock, through the same scheduler
    cluster/      the cluster: the admin's file or what is found, virtual clusters, who may use them
    scheduler/    which cells a gang of tasks gets, or why it waits
    images/       names, registries, log-ins, catalogue and CUDA needs of images
    storages/     named storages of the admin: who may mount what, and is it there
    protocol/     the job YAML: parse, validate, templates, secrets
    messages/     every text a person reads, in English and Simplified Chinese
    doctor        what keeps this machine from running jobs
    builder/      has the standard images here, built from their recipes
    admin_file    a TOML file of the admin's, read anew when it changes
    errors, settings, clock
"""

__version__ = "0.1.0"
