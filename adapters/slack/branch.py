"""Branch: one organisation on Slack, with its own records and the workspaces that are its own."""

from adapters.slack.after import After
from adapters.slack.channel import SlackChannel
from adapters.slack.courier import Courier
from adapters.slack.installations import Installations
from adapters.slack.intake import Intake
from adapters.slack.pane import PaneView
from adapters.slack.settings import SlackSettings
from adapters.slack.voice import Voice
from bot.message import Message
from bot.overhearing import Ears, Reads
from bot.records.store import Records


class Branch:
    """What takes what comes from one organisation's workspaces, and answers there.

    `inducts` where whoever joins one of them is inducted, `overhears` what checks what is said in channels to
    others, None where nothing does. `settings` differ from those of other organisations
    by their workspaces alone.
    """

    def __init__(
        self,
        records: Records,
        settings: SlackSettings,
        *,
        inducts: bool = False,
        overhears: Reads | None = None,
    ) -> None:
        self.settings, self.inducts = settings, inducts
        self.installations, self._courier = Installations(records, settings), Courier(settings.api)
        ears = Ears(records, overhears, self._whisper) if overhears else None
        self.intake = Intake(records, ears=ears)
        voice = Voice(self.installations, self._courier)
        self.after, self.pane = After(records, voice), PaneView(records, voice)

    def _whisper(self, message: Message, said: str, otherwise: str) -> None:
        """Say something to one alone in the channel in which she wrote."""
        channel = SlackChannel(self.installations, self._courier)
        channel.whisper(message.conversation, message.sender, said, otherwise)

    def close(self) -> None:
        """End its threads and connections, once what they are at is done."""
        self.intake.close()
        self._courier.close()
