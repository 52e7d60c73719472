"""`python -m displace`: the command line without an installed script."""

from displace.cli.main import main

main()
