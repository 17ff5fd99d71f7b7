"""`python -m chalicelib.cli`: what ./baykoo calls."""

from chalicelib.cli import main

main(prog_name="./baykoo")
