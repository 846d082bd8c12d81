"""When an issue deserves a case, of which kind and level, and when it is proposed again. Pure."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.opinion.cases.models import CaseKind, CaseLevel
from hub.opinion.cases.proposals.models import IssueFigures, Proposal, ProposalState
from hub.opinion.cases.rules import kind_of_intent, suggested_level
from hub.opinion.issues.models import HotIssue

__all__ = ["again", "kind_of", "level_of", "reason_of", "worth_a_case"]

_MANY = 5  # different people from which one matter is public opinion, not somebody's message
_ACUTE_FROM = 3  # signals a week; a single acute message is an analyst's to look at
_GROWN = 3  # times as many as when it was settled
_LEVELS = tuple(CaseLevel)


def worth_a_case(line: HotIssue, figures: IssueFigures) -> bool:
    """A burst, or lives at stake that several messages speak of."""
    return line.alarm is not None or (figures.acute > 0 and line.week >= _ACUTE_FROM)


def kind_of(line: HotIssue, figures: IssueFigures) -> CaseKind:
    """Public opinion where many people speak; else by what most of them want."""
    main = max(figures.intents.items(), key=lambda one: (one[1], one[0]), default=("", 0))[0]
    kind = kind_of_intent(main)
    if kind is CaseKind.MESSAGE and line.issue.authors >= _MANY:
        return CaseKind.OPINION
    return kind


def level_of(line: HotIssue, figures: IssueFigures) -> CaseLevel:
    return suggested_level(
        acute=figures.acute,
        week=line.week,
        authors=line.issue.authors,
        burst=line.alarm is not None,
    )


def reason_of(line: HotIssue, figures: IssueFigures) -> Words:
    """The figures that speak for it, as a person reads them."""
    zh = [f"七日 {line.week} 条，{line.issue.authors} 人"]
    en = [f"{line.week} messages in seven days, {line.issue.authors} people"]
    if (alarm := line.alarm) is not None:
        zh.append(f"{alarm.days} 天 {alarm.seen} 条，通常 {alarm.expected:.1f} 条")
        en.append(f"{alarm.seen} in {alarm.days} days where {alarm.expected:.1f} are usual")
    if figures.acute:
        zh.append(f"涉生命安全 {figures.acute} 条")
        en.append(f"{figures.acute} of lives at stake")
    return Words("；".join(zh), "; ".join(en))


def again(last: Proposal, line: HotIssue, level: CaseLevel) -> bool:
    """Whether to propose once more: at a higher level, or, where it was settled, when it has
    grown to three times what it was."""
    if _LEVELS.index(level) > _LEVELS.index(last.level):
        return True
    return last.state is not ProposalState.OPEN and line.week >= _GROWN * max(1, last.week)
