"""``python -m nearhome`` is the ``nearhome`` command."""

from nearhome.app.cli.shell import main

if __name__ == "__main__":
    main()
