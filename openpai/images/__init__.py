"""Images before they run: what one is called, what its registry says of it, with which log-in, and where it runs.

Values and pure functions; I/O stands at the edge, in the files marked with *. In this room:

names         reference
values        facts (registry's and engine's), machine, credential, registries (how these are reached), lock
asking        look* (one image, kept for a short time) → inquiry (the conversation) → login, challenge, manifest,
              platform; carried out by registry*, as exchange says, at the places of endpoints, trusting as trust*
              says; verdicts makes one problem of what went wrong; fetch* for what an engine cannot pull itself
log-ins       keyring: the job's own, the stored ones, docker_config* with credential_helper*
both          inspector: what is here, and what the registry has, as admission, a check and a start see it
CUDA          needs (what an image wants; requirement: NVIDIA's grammar) × machine → fit; cuda: tables (cuda.toml)
catalogue     catalogue (catalogue.toml), admin_file* (images.toml), standing and stock: what runs here
disk          disk (is there room?), cleaning (what goes, why the rest stays)
of a job      kept: what it remembers of its images
"""
