"""The installations that the tests of the commands use."""

from cli.conftest import broken, built, call, green, mended  # noqa: F401  # fixtures
