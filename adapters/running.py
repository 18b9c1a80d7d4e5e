"""What a server runs, put together: its worker, its channels and its platforms."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from adapters import main as wiring
from adapters.main import Served
from adapters.settings import Settings

if TYPE_CHECKING:
    from adapters.public import Platform
    from adapters.shelf import Shelf
    from adapters.web.bell import Bell
    from bot.channel import Channel
    from bot.induction.course import Course
    from bot.overhearing import Reads
    from bot.records.store import Records
    from bot.work import Task, Worker
    from knowledge.embedding import Embedder


def build_worker(
    served: Sequence[Served], bell: "Bell", *, accepts: bool, progress: bool = False
) -> "Worker":
    """Return what does the work of all that are served, in a process that accepts messages or does not.

    As `main.build_answerer`.
    """
    from bot.slots import Slot
    from bot.work import Worker

    first, model = served[0], wiring.load_embedder(served[0].settings)
    jobs = {one.records.organisation: _tasks(one, bell, model, progress=progress) for one in served}
    return Worker(first.records, jobs, Slot(first.records, first.settings.records.worker), accepts=accepts)


def _tasks(served: Served, bell: "Bell", model: "Embedder", *, progress: bool) -> "Mapping[str, Task]":
    """Return what each job does for one organisation: by its policies, its rules and its channels."""
    from adapters.no_channel import NoChannel
    from bot.cases.rules import DEFAULTS, load_rules
    from bot.desk import Desk
    from bot.work import tasks

    settings, records = served.settings, served.records
    channels = build_channels(settings, records, bell)
    shelf = wiring.build_shelf(settings, records, model, progress=progress)
    rules = load_rules(settings.rules or DEFAULTS, settings.calendar, settings.retention.keep["forms"])
    desk = Desk(
        wiring.talk_of(shelf),
        lambda conversation: channels.get(conversation.partition(":")[0], NoChannel()),
        wiring.load_course(settings),
        rules,
        _course_now(settings, shelf),
    )
    return tasks(desk, settings.retention.keep, settings.calendar)


def build_channels(settings: Settings, records: "Records", bell: "Bell") -> "Mapping[str, Channel]":
    """Return the channels of all platforms that are set, by the word with which their conversations begin."""
    from adapters.web.channel import WebChannel

    channels: dict[str, Channel] = {"web": WebChannel(records, bell)}
    if settings.slack is not None:
        from adapters.slack.platform import slack_channel

        channels["slack"] = slack_channel(records, settings.slack)
    if settings.teams is not None:
        from adapters.teams.platform import teams_channel

        channels["teams"] = teams_channel(records, settings.teams)
    return channels


def build_platforms(served: Sequence[Served]) -> "Sequence[Platform]":
    """Return the platforms that are set, to be served: each once, for all organisations that are on it."""
    platforms: list[Platform] = []
    listening = [
        one.settings
        for one in served
        if one.settings.public.listens and (one.settings.slack or one.settings.teams)
    ]
    overhears = load_overhearing(listening[0]) if listening else None
    if any(one.settings.slack for one in served):
        from adapters.slack.branch import Branch
        from adapters.slack.platform import Slack

        branches = [
            Branch(
                one.records,
                one.settings.slack,
                inducts=one.settings.public.induct_on_join,
                overhears=overhears if one.settings.public.listens else None,
            )
            for one in served
            if one.settings.slack
        ]
        platforms.append(Slack(branches, pane=served[0].settings.slack_pane))
    if any(one.settings.teams for one in served):
        from adapters.teams.platform import OnTeams, Teams

        on_teams = [
            OnTeams(
                one.records,
                one.settings.teams,
                one.settings.public.induct_on_join,
                overhears if one.settings.public.listens else None,
            )
            for one in served
            if one.settings.teams
        ]
        platforms.append(Teams(on_teams))
    return platforms


def load_overhearing(settings: Settings) -> "Reads":
    """Return what checks what is said in channels to others, by no language model; as `main.load_danger`."""
    from bot.overhearing import reads
    from knowledge.danger import WatchfulReader

    reader = WatchfulReader(
        wiring.load_reader(wiring.read_pack(settings)), wiring.load_danger(wiring.load_embedder(settings))
    )
    return reads(reader.read)


def _course_now(settings: Settings, shelf: "Shelf") -> "Callable[[], Course]":
    """Return what finds the induction on the version in force, each made once."""
    made: dict[str, Course] = {}

    def now() -> "Course":
        policy, pack = shelf.main()
        if policy.version not in made or made[policy.version].pack != pack:
            made[policy.version] = wiring.course_on(settings, policy, pack)
        return made[policy.version]

    return now
