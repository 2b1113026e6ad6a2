"""Named storages: folders of the machine that the admin grants to users, and that jobs mount.

`file` reads what the admin says, `resolve` decides what a job gets of it (pure), `ground` looks whether a folder is
there and makes a user's own in it, `provision` puts the three together: at submission, and again at each start.
"""
