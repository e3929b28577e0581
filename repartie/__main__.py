"""`python -m repartie` is `repartie`."""

from repartie.cli import main

main()
