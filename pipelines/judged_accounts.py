"""政务新媒体 accounts, by what accounts.csv says of them; no platform is asked.

An account fails by what the register says plainly.  A date that nobody can read, or one after the cut-off, and an empty cell leave it
证据不足.  Which rule fails an account and which is only listed is the pack's choice (``[account.*]``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from govcrawl.contracts import RUNNING, Account, AccountVerdict
from pipelines.standards.packs import Pack
from pipelines.standards.rules import AccountNotUpdated, Rule

#: True: the rule is broken; a sentence: it can't be told, and why.
_Answer = bool | str


def judge_accounts(accounts: Iterable[Account], pack: Pack, as_of: date) -> list[AccountVerdict]:
    """Pure; one verdict an account, in their order.  None at all where the pack has no rules for accounts."""
    return [_judged(account, pack, as_of) for account in accounts] if pack.accounts else []


def _judged(account: Account, pack: Pack, as_of: date) -> AccountVerdict:
    if account.status != RUNNING:
        return AccountVerdict(account, pack.label, "not_checked")
    rules = {name: rule for name, rule in pack.accounts.items() if name in _TESTS}
    answers = {name: _TESTS[name](account, rule, as_of) for name, rule in rules.items()}
    broken = [rule for name, rule in rules.items() if answers[name] is True]
    doubts = tuple(answer for answer in answers.values() if isinstance(answer, str))
    reasons = tuple(rule.word for rule in broken if rule.table == "veto")
    open_ = any(isinstance(answers[name], str) for name, rule in rules.items() if rule.table == "veto")
    return AccountVerdict(
        account,
        pack.label,
        "fail" if reasons else "insufficient" if open_ else "pass",
        reasons,
        tuple(rule.word for rule in broken if rule.table != "veto"),
        doubts,
    )


def _not_updated(account: Account, rule: Rule, as_of: date) -> _Answer:
    assert isinstance(rule, AccountNotUpdated)  # noqa: S101 – the schema of the packs says so
    if account.updated is None:
        return "最近更新日期未填或无法识别，未能判断是否更新"
    if account.updated > as_of:
        return f"最近更新（{account.updated}）在采样截止日之后，未能判断截止时是否更新"
    return (as_of - account.updated).days > rule.window_days


def _no_interaction(account: Account, _: Rule, _as_of: date) -> _Answer:
    return "未填互动功能，未能判断" if account.interactive is None else not account.interactive


def _unregistered(account: Account, _: Rule, _as_of: date) -> _Answer:
    return "未填备案状态，未能判断" if account.registered is None else not account.registered


_TESTS: Mapping[str, Callable[[Account, Rule, date], _Answer]] = {
    "account_not_updated": _not_updated,
    "account_no_interaction": _no_interaction,
    "account_unregistered": _unregistered,
}
