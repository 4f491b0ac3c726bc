"""Rules about the installation and the running platform."""

from superalgos_rsa.validator.rules.model import Rule

RULES = (
    Rule(
        id="platform-exposed",
        severity="warning",
        title="Other machines can reach the platform",
        sees="The ports of the platform (34248 and 18041, if not changed) listen beyond this machine.",
        engine=(
            "The platform asks for no password. Whoever reaches the web port can read every file that the platform's "
            "user can read, private keys and the vault included. Whoever reaches the websocket port can listen to "
            "secrets when a task starts."
        ),
        exchange=None,
        mend="Close both ports in the firewall for all but this machine, and use an SSH tunnel from elsewhere.",
    ),
    Rule(
        id="secrets-not-mounted",
        severity="warning",
        title="The secrets are lost when the container is made anew",
        sees=(
            "Superalgos runs in Docker, and `My-Secrets` is no volume. The image's own compose file does not mount it."
        ),
        engine=(
            "The vault and the key files live inside the container only. When it is made anew they are gone, while the "
            "workspaces keep their empty secrets."
        ),
        exchange=None,
        mend="Add a volume for `/app/My-Secrets` (`-v ./My-Secrets:/app/My-Secrets`), and put the key files there.",
    ),
    Rule(
        id="platform-running",
        severity="warning",
        title="The platform is running",
        sees="The platform of this installation answers.",
        engine=(
            "The browser keeps the whole workspace in memory and writes all of it when it saves, so what is edited now "
            "is lost. Running tasks keep the key values of their start until they are started again."
        ),
        exchange=None,
        mend=(
            "Stop the platform, or load the workspace again in the browser after the edit. Then start the tasks again."
        ),
    ),
)
