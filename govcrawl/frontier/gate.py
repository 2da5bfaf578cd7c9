"""The gate: when a host, and an IP address, may be asked again, over all workers, rounds and campaigns.

A request passes if every one of its names (its host, and the address the host resolved to) is free now; then all of them are taken in the
same step.  Whoever is refused is told when its turn comes: the refused of one name stand in line, so that two hundred sites of a
provincial platform take turns instead of all coming back at once.  A place is kept until its turn, even if that comes later than was told;
and nobody without a place passes while another's turn is near, or those who passed last would be the first to pass again.  While a
campaign of a longer delay than that of the last request waits, its delay holds for all: or a quicker one would always be there before it.

Keys per name, in partition ``gc:{<partition>}:`` by the name's own checksum; they fade when a name is not asked any more:

    @<name>  HASH  last: ms of its last request; before: of the one before; until: ms not before (Retry-After); pace: ms between two
                   requests while it is slowed down; delay: ms, of its last request; wide, till: the delay that holds for all, and
                   until when
    #<name>  ZSET  lease id → ms when its request is over at the latest: what is in flight
    ><name>  ZSET  host and delay → ms of its arrival: the line; <<name>  ZSET  the same → ms when it was told to come back
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from govcrawl.frontier.partitions import Partitions, tag

MAX_BUSY = 4  #: requests in flight to one name, over all workers
MAX_PACE_S = 60.0  #: the slowest a host is asked after it said 429 or 503
MAX_WAIT_S = 600.0  #: the longest Retry-After that is heeded
LATE_S = 2.0  #: a place in the line is given up after this time

#: KEYS: prefix.  ARGV: max busy, longest pace ms, late ms, number of landings, per landing: id, name, delay ms, verdict (-2: it never
#: went out, -1: none, 0: a good answer, more: ms that the host asked us to wait); then per knock: id, host, delay ms, ms it may last,
#: number of names, names.
#: Returns per knock the ms to wait; 0: it has passed.
GATE = """
local P, call = KEYS[1], redis.call
local t = call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local max_busy, max_pace, late = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local function get(name, field) return tonumber(call('HGET', P .. '@' .. name, field) or '0') end
local function set(name, ...)
  call('HSET', P .. '@' .. name, ...)
  call('PEXPIRE', P .. '@' .. name, 1200000)
end

local function landed(id, name, delay, verdict)
  call('ZREM', P .. '#' .. name, id)
  local pace = get(name, 'pace')
  if verdict == -2 then
    set(name, 'last', get(name, 'before'))
  elseif verdict > 0 then
    pace = math.min(max_pace, math.max(2 * pace, 2 * delay, 1000))
    set(name, 'pace', pace)
    set(name, 'until', math.max(get(name, 'until'), now + math.max(verdict, pace)))
  elseif verdict == 0 and pace > 0 and now >= get(name, 'until') then  -- earlier ones were asked before the host complained
    set(name, 'pace', pace * 0.75 > delay and math.floor(pace * 0.75) or 0)
  end
end

local function free_at(name, delay, at)
  call('ZREMRANGEBYSCORE', P .. '#' .. name, '-inf', now)
  if call('ZCARD', P .. '#' .. name) >= max_busy then at = math.max(at, now + math.max(delay, 50)) end
  return at
end

local function leave(name, who)
  call('ZREM', P .. '>' .. name, who); call('ZREM', P .. '<' .. name, who)
end

-- when name may be asked: now, or when it will be the turn of who asks
local function turn(name, who, delay)
  local last, not_before, pace, wide, till = unpack(call('HMGET', P .. '@' .. name, 'last', 'until', 'pace', 'wide', 'till'))
  local step = math.max(delay, pace or 0, till and tonumber(till) > now and wide or 0)
  local at, line, told = free_at(name, delay, math.max(now, (last or 0) + step, not_before or 0)), P .. '>' .. name, P .. '<' .. name
  for _, gone in ipairs(call('ZRANGEBYSCORE', told, '-inf', now - late)) do leave(name, gone) end
  local mine = tonumber(call('ZSCORE', told, who))
  if mine and mine <= now then
    if at > now then at = at + step * call('ZRANK', line, who) end
    return at
  end
  local near = call('ZCOUNT', told, '-inf', '(' .. now + step)
  if mine and mine < now + step then near = near - 1 end
  if at == now and near == 0 then return now end
  return math.max(now + 1, mine or at + step * call('ZCARD', line))
end

local function wait(name, who, delay, at)
  local till = get(name, 'till')
  if delay > get(name, 'delay') then
    set(name, 'wide', math.max(delay, till > now and get(name, 'wide') or 0), 'till', math.max(till, at + late))
  end
  call('ZADD', P .. '>' .. name, 'NX', now, who); call('PEXPIRE', P .. '>' .. name, 1200000)
  call('ZADD', P .. '<' .. name, at, who); call('PEXPIRE', P .. '<' .. name, 1200000)
end

local function take(name, who, id, delay, lasts)
  set(name, 'before', get(name, 'last'), 'last', now, 'delay', delay)
  leave(name, who)
  call('ZADD', P .. '#' .. name, now + lasts, id)
  call('PEXPIRE', P .. '#' .. name, math.max(lasts, call('PTTL', P .. '#' .. name)))
end

local i, out = 5, {}
for _ = 1, tonumber(ARGV[4]) do
  landed(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]))
  i = i + 4
end
while i <= #ARGV do
  local id, host, delay, lasts, last = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]), i + 4 + tonumber(ARGV[i + 4])
  local who, at, blocker = host .. ' ' .. delay, now, nil
  for a = i + 5, last do
    local free = turn(ARGV[a], who, delay)
    if free > at then at, blocker = free, ARGV[a] end
  end
  if blocker then
    wait(blocker, who, delay, at)
  else
    for a = i + 5, last do take(ARGV[a], who, id, delay, lasts) end
  end
  out[#out + 1] = at - now
  i = last + 1
end
return out
"""


@dataclass(frozen=True, slots=True)
class Knock:
    """A request that wants to go out.  ``lasts_s``: when nothing more is heard of it, it counts as over after this time."""

    id: bytes
    names: tuple[str, ...]  #: its host, and its address where it is known
    delay_s: float
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Landing:
    """A request that came back.  ``slow_s``: None where the answer says nothing of the host's load, 0 for a good answer, else the
    seconds that the host asked us to wait (429, 503).
    """

    knock: Knock
    slow_s: float | None = None


class Gate:
    """Every call is one round trip to each partition that its names lie in."""

    def __init__(self, client: Any, partitions: Partitions) -> None:
        self._partitions = partitions
        self._script = client.register_script(GATE)

    def knock(self, knocks: Sequence[Knock], landed: Iterable[Landing] = ()) -> list[float]:
        """Seconds each has to wait before it is worth knocking again; 0.0: it has passed, its names are taken."""
        waits = [0.0] * len(knocks)
        news = self._news(landed)
        groups = [self._by_partition(knock) for knock in knocks]
        # names in other partitions are asked one after the other: who is refused at the second gives the first back
        for step in range(max([len(g) for g in groups], default=0)):
            asked: defaultdict[int, list[int]] = defaultdict(list)
            for n, group in enumerate(groups):
                if step < len(group) and not waits[n]:
                    asked[group[step][0]].append(n)
            for partition, numbers in asked.items():
                some = [(knocks[n], groups[n][step][1]) for n in numbers]
                for n, wait in zip(numbers, self._call(partition, news.pop(partition, []), some), strict=True):
                    waits[n] = wait
                    if wait and step:
                        self._take_back(knocks[n], groups[n][:step], news)
        for partition, words in news.items():
            self._call(partition, words, [])
        return waits

    def _by_partition(self, knock: Knock) -> list[tuple[int, list[str]]]:
        groups: dict[int, list[str]] = {}
        for name in knock.names:
            groups.setdefault(self._partitions.of(name), []).append(name)
        return list(groups.items())

    def _news(self, landed: Iterable[Landing]) -> dict[int, list[Any]]:
        """Words of the script per partition.  What a host says of its load is about the host, not about its address."""
        news: dict[int, list[Any]] = {}
        for one in landed:
            knock = one.knock
            for name in knock.names:
                slow = one.slow_s if name == knock.names[0] else None
                verdict = -1 if slow is None else round(min(slow, MAX_WAIT_S) * 1000)
                words = (knock.id, name, round(knock.delay_s * 1000), verdict)
                news.setdefault(self._partitions.of(name), []).extend(words)
        return news

    @staticmethod
    def _take_back(knock: Knock, groups: list[tuple[int, list[str]]], news: dict[int, list[Any]]) -> None:
        for partition, names in groups:
            for name in names:
                news.setdefault(partition, []).extend((knock.id, name, 0, -2))

    def _call(self, partition: int, news: list[Any], knocks: Sequence[tuple[Knock, list[str]]]) -> list[float]:
        args: list[Any] = [MAX_BUSY, round(MAX_PACE_S * 1000), round(LATE_S * 1000), len(news) // 4, *news]
        for knock, names in knocks:
            times = round(knock.delay_s * 1000), round(knock.lasts_s * 1000)
            args += [knock.id, knock.names[0], *times, len(names), *names]
        return [wait / 1000 for wait in self._script(keys=[tag(partition)], args=args)]
