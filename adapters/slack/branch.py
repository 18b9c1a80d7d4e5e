"""Branch: one organisation on Slack, with its own records and the workspaces that are its own."""

from adapters.slack.after import After
from adapters.slack.courier import Courier
from adapters.slack.installations import Installations
from adapters.slack.intake import Intake
from adapters.slack.pane import PaneView
from adapters.slack.settings import SlackSettings
from adapters.slack.voice import Voice
from bot.records.store import Records


class Branch:
    """What takes what comes from one organisation's workspaces, and answers there.

    `inducts` where whoever joins one of them is inducted. `settings` differ from those of other organisations
    by their workspaces alone.
    """

    def __init__(self, records: Records, settings: SlackSettings, *, inducts: bool = False) -> None:
        self.settings, self.inducts = settings, inducts
        self.installations, self.intake = Installations(records, settings), Intake(records)
        self._courier = Courier(settings.api)
        voice = Voice(self.installations, self._courier)
        self.after, self.pane = After(records, voice), PaneView(records, voice)

    def close(self) -> None:
        """End its threads and connections, once what they are at is done."""
        self.intake.close()
        self._courier.close()
