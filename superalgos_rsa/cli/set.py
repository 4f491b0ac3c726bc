"""`set`: update one key node, and the vault entry that serves it."""

from __future__ import annotations

import click

from superalgos_rsa.cli.session import Session, say, written
from superalgos_rsa.cli.written_key import WrittenKey, judge_written, told, write
from superalgos_rsa.config import Update, is_plain, plan_document_update
from superalgos_rsa.errors import UsageError
from superalgos_rsa.superalgos.api_key import is_blank_field


@click.command()
@click.argument("document")
@click.argument("key")
@click.option("--code-name", metavar="API_KEY", help="The API key that the exchange returned.")
@click.option("--secret", metavar="PATH", help="The private key file, as the task server will find it.")
@click.pass_obj
def command(session: Session, document: str, key: str, code_name: str | None, secret: str | None) -> int:
    """Give one key node a new `codeName` or `secret`. KEY is its id, its name or its code name.

    Nothing else in the document changes. Where the vault holds the secret, the vault's entry changes, and with it every
    other key of the same code name. What the next save from the Superalgos page would lose is refused. The key is then
    judged as `check` does: what is wrong with it is told, and stays written; the exit
    code is then 1, or 3 where nobody can say whether it works.
    """
    if code_name is None and secret is None:
        raise UsageError("nothing to set", "give --code-name, --secret or both")
    for option, value in (("--code-name", code_name), ("--secret", secret)):
        if value is not None and not is_plain(value):
            raise UsageError(f"{option} is empty, begins or ends with white space, or holds a control character")
        if value is not None and is_blank_field(value):
            raise UsageError(
                f"the value of {option} stands for something to fill in", "put the real value in its place"
            )
    journal = session.journal()
    installation = session.installation([document])
    vault = session.vault(installation)
    plan = plan_document_update(document, key, Update(code_name, secret), installation, vault)
    done = write(plan, "set", journal, installation, document)
    if done is None:
        say("nothing to change: the key holds these values already")
    return _judge(judge_written(session, document, plan.pointer), done)


def _judge(found: WrittenKey, done: str | None) -> int:
    """Tell what is wrong with the key as it is now; the exit code. `done` says what was written, if anything was."""
    lines = [line for finding in found.findings if finding.severity != "info" for line in told(finding)]
    if found.unknown is not None:
        lines.append(f"the key was not judged: {found.unknown}")
    if lines and done is not None:
        lines.append(f"all the same, the new values are {done}")
    with written(done or "nothing was written"):
        say(*lines)
    return 3 if found.unknown is not None else 1 if found.is_broken else 0
