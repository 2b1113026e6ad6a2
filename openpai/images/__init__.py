"""Images before they run: what one is called, what its registry says of it, with which log-in, and where it runs.

Values and pure functions; I/O stands at the edge, in the files marked with *. In this room:

    reference     names
    facts         what is known of an image: values
    registry/     look* (one image, kept for a short time) → inquiry (the conversation) → login, challenge, manifest,
                  platform; carried out by client*, as exchange says, at the places of endpoints, trusting as trust*
                  says; verdicts makes one problem of what went wrong; fetch* for what an engine cannot pull itself
    credentials/  keyring: the job's own, the stored ones, docker_config* with credential_helper*
    inspector     what is here, and what the registry has, as admission, a check and a start see it
    cuda/         needs (what an image wants; requirement: NVIDIA's grammar) × machine → fit, by tables (tables.toml)
    catalogue/    entries (catalogue.toml), admin_file* (images.toml), standing and stock: what runs here
    disk/         room (does it fit?), cleaning (what goes, why the rest stays)
    lock, kept    what a job holds to, and what it remembers of its images
"""
