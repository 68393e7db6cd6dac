"""`python -m recto` is the `recto` command."""

from recto.cli import main

if __name__ == "__main__":
    main()
