"""Prints docs/rules.md."""

import sys

from superalgos_rsa.validator.rules.catalogue import markdown

# Bytes, so that the text is the same where the terminal's encoding or line ends are others.
sys.stdout.buffer.write(markdown().encode())
