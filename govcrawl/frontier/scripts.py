"""The state changes of a task, one Lua script each.

A task is *pending* (on a lane, or waiting for its time in ``due``), *leased*, *done* or *dead*; each script moves tasks between
states and counts them in the same breath, so ``planned = pending + leased + done + dead`` holds at every moment.

Keys of a round, all behind one hash tag ``gc:{<campaign>:<round>}:`` (written ``P`` below):

    conf      HASH  delay_ms, max_busy, max_attempts, cap:<queue>, built n      HASH  counters: planned, pending, leased, done, dead …
    t         HASH  id → message (pending, leased, dead)                seen   SET   ids of every task planned (in any state)
    r:<queue> ZSET  host → ms from which it may be asked                slot   HASH  host → ms from which it may be asked
    h:<queue>:<host>  ZSET  site → ms of its last turn                  busy   HASH  host → requests in flight (ids in SET air)
    l:<queue>:<host>|<site>  ZSET  id → rank (a lane)                   due    ZSET  id → ms not before
    leases    ZSET  id → deadline ms                                    lease  HASH  id → token
    tries     HASH  id → retries asked for                              lost   HASH  id → leases that expired
    dead      HASH  id → reason
    plan      HASH  <queue>|<site> → planned                            open   HASH  <queue>|<site> → pending + leased

Times are milliseconds of Redis's own clock: a worker's clock decides nothing.
"""

from __future__ import annotations

#: Shared by all scripts.  A rank is priority × 2^32 + arrival: first by priority, then first come.
LIBRARY = """
local P = KEYS[1]
local function now_ms() local t = redis.call('TIME'); return t[1] * 1000 + math.floor(t[2] / 1000) end
local function count(name, by) redis.call('HINCRBY', P .. 'n', name, by) end
local function conf(name) return tonumber(redis.call('HGET', P .. 'conf', name) or '0') end
local function lane_of(m) return P .. 'l:' .. m.q .. ':' .. m.h .. '|' .. m.s end

local function to_lane(id, m, now)
  local rank = m.p * 4294967296 + redis.call('HINCRBY', P .. 'n', 'arrivals', 1)
  redis.call('ZADD', lane_of(m), rank, id)
  redis.call('ZADD', P .. 'h:' .. m.q .. ':' .. m.h, 'NX', 0, m.s)
  local slot = tonumber(redis.call('HGET', P .. 'slot', m.h) or '0')
  redis.call('ZADD', P .. 'r:' .. m.q, 'NX', math.max(slot, 0), m.h)
end

local function off_lane(id, m)
  local lane = lane_of(m)
  redis.call('ZREM', lane, id)
  if redis.call('EXISTS', lane) == 0 then
    local host = P .. 'h:' .. m.q .. ':' .. m.h
    redis.call('ZREM', host, m.s)
    if redis.call('EXISTS', host) == 0 then redis.call('ZREM', P .. 'r:' .. m.q, m.h) end
  end
end

local function landed(id, host)
  if redis.call('SREM', P .. 'air', id) == 1 and redis.call('HINCRBY', P .. 'busy', host, -1) <= 0 then
    redis.call('HDEL', P .. 'busy', host)
  end
end

local function let_go(id, m)
  redis.call('ZREM', P .. 'leases', id)
  redis.call('HDEL', P .. 'lease', id)
  landed(id, m.h)
  count('leased', -1)
end

local function to_dead(id, m, reason)
  redis.call('HSET', P .. 'dead', id, reason)
  redis.call('HINCRBY', P .. 'open', m.q .. '|' .. m.s, -1)
  count('dead', 1)
end

local function add(id, raw, now)
  local m = cjson.decode(raw)
  local who = m.q .. '|' .. m.s
  if redis.call('SISMEMBER', P .. 'seen', id) == 1 then
    -- still waiting under a worse priority: it moves up, and keeps the better belief about what it is
    local old = redis.call('HGET', P .. 't', id)
    if old and redis.call('ZSCORE', lane_of(m), id) and m.p < cjson.decode(old).p then
      redis.call('HSET', P .. 't', id, raw)
      to_lane(id, m, now)
    end
    return 0
  end
  local cap = conf('cap:' .. m.q)
  if cap > 0 and tonumber(redis.call('HGET', P .. 'plan', who) or '0') >= cap then
    -- the site's quota is full: a better task takes the place of the worst one waiting, which leaves no trace
    local worst = redis.call('ZRANGE', lane_of(m), -1, -1, 'WITHSCORES')
    if not worst[1] or math.floor(tonumber(worst[2]) / 4294967296) <= m.p then count('refused', 1); return 0 end
    off_lane(worst[1], m)
    redis.call('HDEL', P .. 't', worst[1])
    redis.call('HDEL', P .. 'tries', worst[1])
    redis.call('SREM', P .. 'seen', worst[1])
    redis.call('HINCRBY', P .. 'plan', who, -1)
    redis.call('HINCRBY', P .. 'open', who, -1)
    count('planned', -1); count('pending', -1); count('evicted', 1)
  end
  redis.call('SADD', P .. 'seen', id)
  redis.call('HSET', P .. 't', id, raw)
  redis.call('HINCRBY', P .. 'plan', who, 1)
  redis.call('HINCRBY', P .. 'open', who, 1)
  count('planned', 1); count('pending', 1)
  local due = math.floor((m.b or 0) * 1000)
  if due > now then redis.call('ZADD', P .. 'due', due, id) else to_lane(id, m, now) end
  return 1
end

local function expire(now)
  local max = conf('max_attempts')
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'leases', '-inf', now, 'LIMIT', 0, 100)) do
    local m = cjson.decode(redis.call('HGET', P .. 't', id))
    let_go(id, m)
    count('expired', 1)
    if redis.call('HINCRBY', P .. 'lost', id, 1) >= max then
      to_dead(id, m, 'lease expired ' .. max .. ' times: the workers that held it died or stalled')
    else
      count('pending', 1); to_lane(id, m, now)
    end
  end
end

local function wake(now)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'LIMIT', 0, 200)) do
    redis.call('ZREM', P .. 'due', id)
    to_lane(id, cjson.decode(redis.call('HGET', P .. 't', id)), now)
  end
end
"""

#: KEYS: prefix.  ARGV: id, message, id, message, …  Returns how many were new.
ADD = """
local now, new = now_ms(), 0
for i = 1, #ARGV, 2 do new = new + add(ARGV[i], ARGV[i + 1], now) end
return new
"""

#: KEYS: prefix.  ARGV: limit, lease ms, token, number of queues, queue and its own limit, …, then id and host of
#: requests that came back meanwhile.
#: Returns {ms until it is worth asking again, id, attempt, message, id, attempt, message, …}: at most one task a host and call,
#: of hosts whose slot is free now; the slot is taken in the same step.
CLAIM = """
local now = now_ms()
local limit, lease_ms, token, queues = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
for a = 5 + 2 * queues, #ARGV, 2 do landed(ARGV[a], ARGV[a + 1]) end
expire(now); wake(now)
local delay, max_busy = conf('delay_ms'), conf('max_busy')
local out, taken, soonest = {0}, 0, now + 1000
for a = 5, 3 + 2 * queues, 2 do
  local q, ready = ARGV[a], P .. 'r:' .. ARGV[a]
  local most = math.min(limit, taken + tonumber(ARGV[a + 1]))
  for _, host in ipairs(redis.call('ZRANGEBYSCORE', ready, '-inf', now, 'LIMIT', 0, (most - taken) * 2)) do
    if taken >= most then break end
    local slot = tonumber(redis.call('HGET', P .. 'slot', host) or '0')
    if slot > now then
      redis.call('ZADD', ready, slot, host)
    elseif tonumber(redis.call('HGET', P .. 'busy', host) or '0') >= max_busy then
      redis.call('ZADD', ready, now + math.max(delay, 50), host)
    else
      local lanes = P .. 'h:' .. q .. ':' .. host
      local site = redis.call('ZRANGE', lanes, 0, 0)[1]
      local lane = P .. 'l:' .. q .. ':' .. host .. '|' .. site
      local id = redis.call('ZPOPMIN', lane)[1]
      if redis.call('EXISTS', lane) == 0 then redis.call('ZREM', lanes, site) else redis.call('ZADD', lanes, now, site) end
      if redis.call('EXISTS', lanes) == 0 then redis.call('ZREM', ready, host) else redis.call('ZADD', ready, now + delay, host) end
      redis.call('HSET', P .. 'slot', host, now + delay)
      redis.call('HINCRBY', P .. 'busy', host, 1)
      redis.call('SADD', P .. 'air', id)
      redis.call('ZADD', P .. 'leases', now + lease_ms, id)
      redis.call('HSET', P .. 'lease', id, token)
      count('pending', -1); count('leased', 1); taken = taken + 1
      out[#out + 1] = id
      out[#out + 1] = (redis.call('HGET', P .. 'tries', id) or 0) + (redis.call('HGET', P .. 'lost', id) or 0) + 1
      out[#out + 1] = redis.call('HGET', P .. 't', id)
    end
  end
  local first = redis.call('ZRANGE', ready, 0, 0, 'WITHSCORES')
  if first[2] and taken < most then soonest = math.min(soonest, tonumber(first[2])) end
end
local due = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
if due[2] then soonest = math.min(soonest, tonumber(due[2])) end
out[1] = math.max(0, math.ceil(soonest - now))
return out
"""

#: KEYS: prefix.  ARGV per task: id, token, action, delay ms, reason, number of children, then id and message of each child.
#: Actions: ``ack`` (done), ``retry`` (back with its attempt counted, after the delay), ``release`` (back, not counted), ``dead``.
#: Returns per task 1, or 0 where the lease had been given to another: then nothing happened, its children included.
SETTLE = """
local now, out, i = now_ms(), {}, 1
while i <= #ARGV do
  local id, token, action, delay, reason, n = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3]), ARGV[i + 4], tonumber(ARGV[i + 5])
  i = i + 6
  if redis.call('HGET', P .. 'lease', id) ~= token then
    out[#out + 1] = 0
    count('stale', 1)
  else
    local m = cjson.decode(redis.call('HGET', P .. 't', id))
    let_go(id, m)
    for c = i, i + 2 * n - 1, 2 do add(ARGV[c], ARGV[c + 1], now) end
    if action == 'ack' then
      redis.call('HDEL', P .. 't', id)
      redis.call('HDEL', P .. 'tries', id)
      redis.call('HDEL', P .. 'lost', id)
      redis.call('HINCRBY', P .. 'open', m.q .. '|' .. m.s, -1)
      count('done', 1); count('done:' .. m.q, 1)
    elseif action == 'dead' then
      to_dead(id, m, reason)
    else
      if action == 'retry' then redis.call('HINCRBY', P .. 'tries', id, 1) end
      count('pending', 1)
      if delay > 0 then redis.call('ZADD', P .. 'due', now + delay, id) else to_lane(id, m, now) end
    end
    out[#out + 1] = 1
  end
  i = i + 2 * n
end
return out
"""

#: KEYS: prefix.  ARGV: lease ms, id, token, id, token, …  Returns the ids that are no longer held by their token.
EXTEND = """
local now, lost = now_ms(), {}
for i = 2, #ARGV, 2 do
  if redis.call('HGET', P .. 'lease', ARGV[i]) == ARGV[i + 1] then
    redis.call('ZADD', P .. 'leases', 'XX', now + tonumber(ARGV[1]), ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
"""

#: KEYS: prefix.  ARGV: id, queue|site, id, queue|site, …  For a rebuild: tasks whose result is stored.  Returns how many were new.
MARK_DONE = """
local new = 0
for i = 1, #ARGV, 2 do
  if redis.call('SADD', P .. 'seen', ARGV[i]) == 1 then
    redis.call('HINCRBY', P .. 'plan', ARGV[i + 1], 1)
    count('planned', 1); count('done', 1); count('done:' .. string.match(ARGV[i + 1], '^[^|]*'), 1)
    new = new + 1
  end
end
return new
"""
