"""Package, deploy and run Baykoo, on AWS and on one machine.

See README.md beside this file.
"""
