"""What runtime plugins do in a task: parameters → scripts and files. Pure; which ones a task has is in `protocol`.

part         what a plugin adds to a task
cmd          commands around those of the role
ssh          an SSH server, keys and names of peers, the barrier (ssh.sh)
tensorboard  a TensorBoard beside the first task
parts        the parts of all plugins of a task
"""
