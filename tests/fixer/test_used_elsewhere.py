"""A key file that another workspace's key uses is no free one, whichever documents were named."""

import pytest
from installations import API_KEY, KEY_FILE, Site, key, trading

from fixer.calls import Call


@pytest.mark.parametrize("is_used", [True, False])
def test_the_key_of_a_workspace_that_was_not_named_is_not_given_away(site: Site, call: Call, is_used: bool) -> None:
    site.put_key()
    other = site.workspace(*trading(key(KEY_FILE if is_used else "", code_name="A" + API_KEY[1:])))
    site.put("Platform/My-Workspaces/A.json", other.read_bytes())
    named = site.workspace(*trading(key("My-Secrets/gone.pem")))
    ended = call("--root", site.root, "fix", named)
    assert ("the only key there is" in ended.out) is not is_used
    assert "it failed" not in ended.out
