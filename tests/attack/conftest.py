"""The installations that the tests of the commands use."""

from cli.conftest import broken, built, call, green  # noqa: F401  # fixtures
