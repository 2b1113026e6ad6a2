"""One Docker Engine on this machine as a backend. Its files, from the verbs down to the socket:

backend     the verbs of the contract
start       how a container comes to run: image → network → files → create → start
images      which images are there; having one, removing one
watch       what is: containers, networks, what changed
pull        one pull per image, shared by all who wait
progress    how far a pull has come (pure)
networks    bridges made on demand
files       the texts laid into a container, on a tmpfs
logstream   the engine's log frames → chunks (pure)
image_facts what the engine says of images and registries → the contract
info        what the engine says of itself and its machine
gpus/       the machine's GPUs: which there are, whether they are well, how a container gets them
gpu_checkup findings of `doctor` on GPUs (pure)
translate   plan → create request, inspect → observed task (pure)
problems    the engine's words → codes (pure)
engine      naked calls over its socket; no contact → NoContact
connection  DOCKER_HOST → how to connect
"""
