"""What a person types: `pai …`. Words, tables and exit codes; all else goes through `openpai.client`.

In this room:

    app         from the words typed to a command, and its errors to an exit code
    arguments   options that may stand anywhere, and the language they choose
    submit, jobs, show, logs, watch, control, down, doctor, schema   the commands
    serve       `pai up`, the only command that runs a server
    credential, group   the commands `pai credential …`, `pai group …`
    speaking, help_page   commands and their help in the language of this process
    asking      runs a command's questions to the server
    progress    what changed in a job, as lines (pure)
    follow      watching a job and its logs at once
    screen, pulling, card, excerpt, output   putting it on a terminal or into a pipe

Starting must be quick, so only the module of the command that was typed is imported.
"""

from openpai.cli.app import main

__all__ = ["main"]
