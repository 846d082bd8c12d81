"""What the console's pages about public opinion work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from hub.opinion.briefs.models import Series
from hub.opinion.briefs.sending import Sending
from hub.opinion.briefs.service import Briefs
from hub.opinion.cases.board.service import CaseBoard
from hub.opinion.cases.proposals.service import Proposals
from hub.opinion.cases.quoting.service import Quoting
from hub.opinion.cases.service import CaseService
from hub.opinion.issues.regrouping.service import Regrouping
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.models import Field
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Labels
from hub.opinion.reports.service import Reports
from hub.opinion.rumours.service import Rumours
from hub.opinion.signals.service import SignalService
from hub.opinion.sources.service import Sources
from hub.opinion.stream.service import Stream
from hub.opinion.watches.service import Watches

__all__ = ["Listening"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """`labels` are the topics and departments judged by. `sources` opens the readers of feeds,
    with their connections, as long as somebody needs them. Briefs are made at `brief_hour`, the
    weekly one on `brief_weekday`. `chart` draws a series as it stands in a report's files: SVG,
    its text escaped."""

    stream: Stream
    signals: SignalService
    judging: JudgingService
    labels: Mapping[Field, Labels]
    issues: IssueService
    regrouping: Regrouping
    rumours: Rumours
    watches: Watches
    cases: CaseService
    quoting: Quoting
    case_board: CaseBoard
    proposals: Proposals
    briefs: Briefs
    sending: Sending
    reports: Reports
    chart: Callable[[Series], str]
    brief_hour: int
    brief_weekday: int
    sources: Callable[[], AbstractAsyncContextManager[Sources]]
