"""`python -m openpai` is the same command as `pai`."""

from openpai.cli import main

if __name__ == "__main__":
    main()
