"""Every error this project raises on purpose.

    GovcrawlError
    ├── InputError            a file a person wrote can't be used: names the file, the line and the fix; exit status 2
    ├── StoreUnavailable      Redis or MongoDB can't be reached, started, used or understood; exit status 2
    ├── OutputError           DIR can't be written; exit status 2
    ├── UnknownCampaign       no campaign of that id is stored; exit status 2
    ├── UnknownFinding        no finding, or more than one, has an id that begins so; exit status 2
    ├── NotDue                a recurring file has nothing to plan on that day; exit status 0
    ├── BadMessage            a message on the queue has not the form of a task; it is put aside, never executed
    ├── AddressRefused        our own guard: the address is not public (also an OSError, raised while dialling)
    └── Irreconcilable        figures of a bulletin disagree; nothing is written; carries the rows; exit status 1

``cli.main`` turns the first five into one sentence on stderr; anything else is a defect and shows its traceback.
"""

from __future__ import annotations

from govcrawl import credentials


class GovcrawlError(Exception):
    """Base of all; catch this to catch everything the project means to raise."""


class InputError(GovcrawlError):
    """``file``, ``line`` (0 = the file as a whole), what is wrong and what to do, in one sentence."""

    def __init__(self, file: str, line: int, message: str) -> None:
        self.file, self.line, self.message = file, line, message
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")


class StoreUnavailable(GovcrawlError):
    """Carries the store's address without its password."""

    def __init__(self, store: str, address: str, reason: str) -> None:
        self.store, self.address = store, address
        super().__init__(credentials.hidden(f"{store} 不可用（{address}）：{reason}"))


class OutputError(GovcrawlError):
    """The output folder can't be written."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: 无法写入（{reason}）；请换一个可写的目录")


class UnknownCampaign(GovcrawlError):
    """``govcrawl plan FILE`` stores a campaign."""

    def __init__(self, campaign: str) -> None:
        self.campaign = campaign
        super().__init__(f"没有编号为 {campaign} 的普查；请先运行 govcrawl plan 或 govcrawl run")


class NotDue(GovcrawlError):
    """Says when the next check is."""


class UnknownFinding(GovcrawlError):
    """``ids``: those that begin so."""

    def __init__(self, prefix: str, ids: list[str]) -> None:
        self.prefix, self.ids = prefix, ids
        some = "、".join(ids[:5]) + (" 等" if len(ids) > 5 else "")
        where = "编号见 results.json 的 findings"
        super().__init__(
            f"{prefix} 对应 {len(ids)} 个问题（{some}）；请多写几位编号"
            if ids
            else f"没有编号以 {prefix} 开头的问题；{where}"
            if prefix
            else f"没有写明哪个问题；请给出问题编号或其开头几位，{where}"
        )


class BadMessage(GovcrawlError):
    """A queue entry that is not a task; ``reason`` names the key."""

    def __init__(self, reason: str, raw: bytes) -> None:
        self.reason, self.raw = reason, raw
        super().__init__(f"队列消息不可用：{reason}")


class AddressRefused(GovcrawlError, OSError):
    """The guard of ``govcrawl.guards``: never scored against a site."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"拒绝访问非公网地址 {address}；本地测试请在 crawl.allow_networks 中列出")


class Irreconcilable(GovcrawlError):
    """Sums that must agree don't; ``rows`` names them."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = rows
        super().__init__("通报数据不一致，未生成任何文件：" + "；".join(rows))
