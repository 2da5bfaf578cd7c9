"""The state changes of a task, one Lua script each.

A task is *pending* (on a lane, waiting for its time in ``due``, or for its last try in ``alone``), *leased*, *done* or *dead*; each
script moves tasks between states and counts them in the same breath, so ``planned = pending + leased + done + dead`` holds at every
moment.

Scripts never look into a message.  What they must know of a task is its *slip*: ``<priority, two digits><queue>|<host>|<site>``.

Keys of a round, per partition ``gc:{<partition>}:<campaign>:<round>:`` (written ``P``; one hash tag, so one slot of a cluster):

    conf   HASH  delay_ms, spacing_ms, max_attempts, cap:<queue>, built   n      HASH  planned, pending … open:<queue>, done:<queue>
    t      HASH  id → message (pending, leased, dead)                     done   SET   ids; a task is seen if it is in t or here
    r:<queue> ZSET  host → ms from which it is worth asking               slot   HASH  host → the same, for all queues
    h:<queue>:<host>  ZSET  site → ms of its last turn                    w      HASH  <state>|<queue>|<site> → tasks; o|<site>
    l:<queue>:<host>|<site>  ZSET  id → rank (a lane)                     due    ZSET  id + slip → ms not before
    leases ZSET  id → deadline ms                                         lease  HASH  id → token, a space, slip
    alone:<queue> ZSET  id + slip → arrival: tasks with one try left      tries  HASH  id → retries asked for
    apart  there while a worker sees to these, at most for a lease time   lost   HASH  id → leases that expired
    looked  ms of a recent claim                                          dead   HASH  id → slip, a line feed, reason

Times are milliseconds of Redis's own clock: a worker's clock decides nothing.
"""

from __future__ import annotations

#: Shared by all scripts.  A rank is priority × 2^32 + arrival: first by priority, then first come.  An id has 12 bytes.
LIBRARY = """
local P = KEYS[1]
local call = redis.call
local function now_ms() local t = call('TIME'); return t[1] * 1000 + math.floor(t[2] / 1000) end
local function count(name, by) call('HINCRBY', P .. 'n', name, by) end
local function conf(name) return tonumber(call('HGET', P .. 'conf', name) or '0') end
local function number(key, field) return tonumber(call('HGET', P .. key, field) or '0') end
local function there() return call('EXISTS', P .. 'conf') == 1 end  -- else its memory has been freed, or is about to be

-- nil for what is no slip
local function read(slip)
  local p, q, h, s = string.match(slip, '^(%d%d)(%l+)|([^|]*)|(.*)$')
  return p and {slip = slip, p = tonumber(p), q = q, h = h, s = s}
end

local function tally(m, state, by)
  count(state, by)
  local field = state .. '|' .. m.q .. '|' .. m.s
  if call('HINCRBY', P .. 'w', field, by) == 0 then call('HDEL', P .. 'w', field) end
end

-- pending and leased tasks of a site; how many sites still have pages or links to do
local function open(m, by)
  count('open:' .. m.q, by)
  if m.q == 'probe' then return end
  local left = call('HINCRBY', P .. 'w', 'o|' .. m.s, by)
  if left == 0 then call('HDEL', P .. 'w', 'o|' .. m.s); count('sites', -1) elseif left == by and by > 0 then count('sites', 1) end
end

-- of visits only the first request counts, not where its redirects lead, nor what confirms it (priority 0)
local function count_done(m)
  if m.q ~= 'probe' or m.p > 0 then count('done:' .. m.q, 1) end
end

local function lane_of(m) return P .. 'l:' .. m.q .. ':' .. m.h .. '|' .. m.s end
local function arrival() return call('HINCRBY', P .. 'n', 'arrivals', 1) end

local function to_lane(id, m)
  call('ZADD', lane_of(m), m.p * 4294967296 + arrival(), id)
  call('ZADD', P .. 'h:' .. m.q .. ':' .. m.h, 'NX', 0, m.s)
  call('ZADD', P .. 'r:' .. m.q, 'NX', number('slot', m.h), m.h)
end

local function off_lane(id, m)
  local lane = lane_of(m)
  if call('ZREM', lane, id) == 0 then return false end
  if call('EXISTS', lane) == 0 then
    local host = P .. 'h:' .. m.q .. ':' .. m.h
    call('ZREM', host, m.s)
    if call('EXISTS', host) == 0 then call('ZREM', P .. 'r:' .. m.q, m.h) end
  end
  return true
end

local function off_queue(id, m)
  return off_lane(id, m) or call('ZREM', P .. 'due', id .. m.slip) == 1 or call('ZREM', P .. 'alone:' .. m.q, id .. m.slip) == 1
end

-- a task with one try left goes to a worker that holds nothing else: what kills others' workers can't kill it
local function to_queue(id, m)
  if number('lost', id) < conf('max_attempts') - 1 then
    to_lane(id, m)
  else
    call('ZADD', P .. 'alone:' .. m.q, arrival(), id .. m.slip)
  end
end

local function queue(id, m, at, now)
  tally(m, 'pending', 1)
  -- a visit whose time is past (put back after Redis was lost) passes by wake, too
  if at > now or (m.q == 'probe' and m.p > 0 and at > 0) then call('ZADD', P .. 'due', at, id .. m.slip) else to_queue(id, m) end
end

-- the task that token holds (any holder where token is nil), or nil
local function held(id, token)
  local value = call('HGET', P .. 'lease', id)
  local space = value and string.find(value, ' ', 1, true)
  if not space then return nil end
  if token and string.sub(value, 1, space - 1) ~= token then return nil end
  return read(string.sub(value, space + 1))
end

local function lease(id, m, token, deadline)
  call('ZADD', P .. 'leases', deadline, id)
  call('HSET', P .. 'lease', id, token .. ' ' .. m.slip)
  tally(m, 'pending', -1); tally(m, 'leased', 1)
end

local function let_go(id, m)
  call('ZREM', P .. 'leases', id)
  call('HDEL', P .. 'lease', id)
  tally(m, 'leased', -1)
end

local function forget(id)
  call('HDEL', P .. 't', id); call('HDEL', P .. 'tries', id); call('HDEL', P .. 'lost', id)
end

local function to_done(id, m)
  forget(id)
  call('SADD', P .. 'done', id)
  tally(m, 'done', 1); count_done(m); open(m, -1)
end

local function to_dead(id, m, reason)
  call('HSET', P .. 'dead', id, m.slip .. '\\n' .. reason)
  call('HSETNX', P .. 't', id, '')  -- where its message was lost: it is planned all the same
  tally(m, 'dead', 1); open(m, -1)
end

-- the site's quota is full: a better task takes the place of the worst one waiting, which leaves no trace
local function make_room(m)
  local worst = call('ZRANGE', lane_of(m), -1, -1, 'WITHSCORES')
  if not worst[1] or math.floor(tonumber(worst[2]) / 4294967296) <= m.p then count('refused', 1); return false end
  off_lane(worst[1], m)
  forget(worst[1])
  tally(m, 'planned', -1); tally(m, 'pending', -1); open(m, -1); count('evicted', 1)
  return true
end

local function add(id, slip, at, message, now)
  local m = read(slip)
  if call('SISMEMBER', P .. 'done', id) == 1 then return 0 end
  if call('HEXISTS', P .. 't', id) == 1 then
    -- still waiting under a worse priority: it moves up, and keeps the better belief about what it is
    local rank = call('ZSCORE', lane_of(m), id)
    if rank and m.p < math.floor(tonumber(rank) / 4294967296) then call('HSET', P .. 't', id, message); to_lane(id, m) end
    return 0
  end
  local cap = conf('cap:' .. m.q)
  if cap > 0 and number('w', 'planned|' .. m.q .. '|' .. m.s) >= cap and not make_room(m) then return 0 end
  call('HSET', P .. 't', id, message)
  tally(m, 'planned', 1); open(m, 1)
  queue(id, m, at, now)
  return 1
end

-- Nobody has looked for half a lease time: Redis was away, or all workers.  Those that live get as long to say so.
local function look(now, half)
  local looked = tonumber(call('GET', P .. 'looked') or '0')
  if now - looked > math.max(half, 2000) then  -- workers with nothing to do look once a second
    for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'leases', '-inf', now + half)) do call('ZADD', P .. 'leases', now + half, id) end
  end
  if now - looked > half / 10 then call('SET', P .. 'looked', now) end
end

-- leases whose time is over
local function expire(now)
  local max = conf('max_attempts')
  for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'leases', '-inf', now, 'LIMIT', 0, 100)) do
    local m = held(id)
    if m then let_go(id, m); count('expired', 1) else call('ZREM', P .. 'leases', id) end
    if not m then
      call('HDEL', P .. 'lease', id)  -- no lease at all
    elseif call('HINCRBY', P .. 'lost', id, 1) >= max then
      to_dead(id, m, 'lease expired ' .. max .. ' times: the workers that held it died or stalled')
    else
      queue(id, m, 0, now)
    end
  end
end

-- A visit whose time passed while nobody looked waits for its site's next beat: no burst follows an outage of ours.
local function wake(now)
  local spacing = conf('spacing_ms')
  local late = math.max(2000, math.min(60000, spacing / 2))
  local found = call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'WITHSCORES', 'LIMIT', 0, 200)
  for i = 1, #found, 2 do
    local member, passed = found[i], now - tonumber(found[i + 1])
    local m = read(string.sub(member, 13))
    if m and m.q == 'probe' and m.p > 0 and spacing > 0 and passed > late then
      call('ZINCRBY', P .. 'due', math.ceil(passed / spacing) * spacing, member); count('missed', 1)
    else
      call('ZREM', P .. 'due', member)
      if m then to_queue(string.sub(member, 1, 12), m) end
    end
  end
end
"""

#: KEYS: prefix.  ARGV per task: id, slip, ms not before (0: at once), message.  Returns how many were new.
ADD = """
local now, new = now_ms(), 0
if not there() then return 0 end
for i = 1, #ARGV, 4 do new = new + add(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3], now) end
return new
"""

#: KEYS: prefix.  ARGV: limit, lease ms, token, whether the worker holds nothing (1 or 0), then queue and its own limit, ….
#: Returns {ms until it is worth asking again, now, delay ms, whether the worker must take nothing more until it holds nothing, then per
#: task: id, attempt, message}: at most one task a host and queue, of hosts that are worth asking now; whether they may be asked is the
#: gate's word (``gate.py``).  A last try is the only task of its answer.
CLAIM = """
local now = now_ms()
local limit, lease_ms, token, free = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4] == '1'
local delay = tonumber(call('HGET', P .. 'conf', 'delay_ms') or '-1')
if delay < 0 then return {1000, now, 0, 0} end  -- its memory has been freed
look(now, lease_ms / 2); expire(now); wake(now)
local out, taken, soonest = {0, now, delay, 0}, 0, now + 1000

local function hand_out(id, m)
  call('HSET', P .. 'slot', m.h, now + delay)
  lease(id, m, token, now + lease_ms)
  taken = taken + 1
  out[#out + 1] = id
  out[#out + 1] = number('tries', id) + 1  -- a lost lease is no try at the page
  out[#out + 1] = call('HGET', P .. 't', id)
end

-- the last try whose host is worth asking first, and from when on
local function last_try()
  local first, first_at
  for a = 5, #ARGV, 2 do
    for _, member in ipairs(ARGV[a + 1] == '0' and {} or call('ZRANGE', P .. 'alone:' .. ARGV[a], 0, 99)) do
      local m = read(string.sub(member, 13))
      local at = m and number('slot', m.h)
      if not m then
        call('ZREM', P .. 'alone:' .. ARGV[a], member)
      elseif at <= now then
        return member, now
      elseif not first or at < first_at then
        first, first_at = member, at
      end
    end
  end
  return first, first_at
end

-- A worker that holds nothing gets a last try, or waits for one whose turn is near; of the others one is told to finish what it holds.
local function apart()
  if not free and call('EXISTS', P .. 'apart') == 1 then return false end
  local member, at = last_try()
  if not member or at > now + 10000 then return false end
  call('SET', P .. 'apart', 1, 'PX', lease_ms)
  if free and at <= now then
    local m = read(string.sub(member, 13))
    call('ZREM', P .. 'alone:' .. m.q, member)
    hand_out(string.sub(member, 1, 12), m)
  else
    soonest = math.min(soonest, at)
  end
  return true
end

if apart() then
  out[1], out[4] = math.max(0, math.ceil(soonest - now)), 1
  return out
end
for a = 5, #ARGV, 2 do
  local q, ready = ARGV[a], P .. 'r:' .. ARGV[a]
  local most = math.min(limit, taken + tonumber(ARGV[a + 1]))
  for _, host in ipairs(call('ZRANGEBYSCORE', ready, '-inf', now, 'LIMIT', 0, (most - taken) * 2)) do
    if taken >= most then break end
    local slot = number('slot', host)
    if slot > now then
      call('ZADD', ready, slot, host)
    else
      local lanes = P .. 'h:' .. q .. ':' .. host
      local site = call('ZRANGE', lanes, 0, 0)[1] or ''
      local lane = P .. 'l:' .. q .. ':' .. host .. '|' .. site
      local id, rank = unpack(call('ZPOPMIN', lane))
      if call('EXISTS', lane) == 0 then call('ZREM', lanes, site) else call('ZADD', lanes, now, site) end
      if call('EXISTS', lanes) == 0 then call('ZREM', ready, host) else call('ZADD', ready, now + delay, host) end
      if id then hand_out(id, read(string.format('%02d', tonumber(rank) / 4294967296) .. q .. '|' .. host .. '|' .. site)) end
    end
  end
  local first = call('ZRANGE', ready, 0, 0, 'WITHSCORES')
  if first[2] and taken < most then soonest = math.min(soonest, tonumber(first[2])) end
end
local due = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
if due[2] then soonest = math.min(soonest, tonumber(due[2])) end
out[1] = math.max(0, math.ceil(soonest - now))
return out
"""

#: KEYS: prefix.  ARGV per task: id, token, action, delay ms, reason, number of children, then per child as for ADD.
#: Actions: ``ack`` (done), ``retry`` (back with its attempt counted, after the delay), ``release`` (back, not counted), ``defer`` (back,
#: not counted; its host is worth asking after the delay), ``dead``.
#: Returns per task 1, or 0 where the lease had been given to another: then nothing happened, its children included.
SETTLE = """
local now, there, out, i = now_ms(), there(), {}, 1
while i <= #ARGV do
  local id, token, action, delay, reason, n = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3]), ARGV[i + 4], tonumber(ARGV[i + 5])
  i = i + 6
  local m = there and held(id, token)
  if not m then
    out[#out + 1] = 0
    if there then count('stale', 1) end
  else
    let_go(id, m)
    for c = i, i + 4 * n - 1, 4 do add(ARGV[c], ARGV[c + 1], tonumber(ARGV[c + 2]), ARGV[c + 3], now) end
    if action == 'ack' then
      to_done(id, m)
    elseif action == 'dead' then
      to_dead(id, m, reason)
    elseif action == 'defer' then
      tally(m, 'pending', 1); to_queue(id, m)
      call('HSET', P .. 'slot', m.h, now + delay)
      call('ZADD', P .. 'r:' .. m.q, 'XX', now + delay, m.h)
    else
      if action == 'retry' then call('HINCRBY', P .. 'tries', id, 1) end
      queue(id, m, delay > 0 and now + delay or 0, now)
    end
    out[#out + 1] = 1
  end
  i = i + 4 * n
end
return out
"""

#: KEYS: prefix.  ARGV: lease ms, id, token, id, token, …  Returns the ids that are no longer held by their token.
EXTEND = """
local now, lost = now_ms(), {}
for i = 2, #ARGV, 2 do
  if held(ARGV[i], ARGV[i + 1]) then
    call('ZADD', P .. 'leases', 'XX', now + tonumber(ARGV[1]), ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
"""

#: KEYS: prefix.  ARGV: id, slip, id, slip, …  For a rebuild: tasks whose result is stored; waiting or dead ones become done, leased ones
#: are left to their worker.  Returns how many became done.
MARK_DONE = """
local new = 0
if not there() then return 0 end
for i = 1, #ARGV, 2 do
  local id, m = ARGV[i], read(ARGV[i + 1])
  if call('HEXISTS', P .. 't', id) == 0 then
    if call('SADD', P .. 'done', id) == 1 then
      tally(m, 'planned', 1); tally(m, 'done', 1); count_done(m); new = new + 1
    end
  elseif off_queue(id, m) then
    tally(m, 'pending', -1); to_done(id, m); new = new + 1
  elseif call('HDEL', P .. 'dead', id) == 1 then
    tally(m, 'dead', -1); open(m, 1); to_done(id, m); new = new + 1
  end
end
return new
"""

#: KEYS: prefix.  ARGV: ids of dead tasks.  They wait again, with all their attempts before them.  Returns how many came back.
REVIVE = """
local now, back = now_ms(), 0
for _, id in ipairs(ARGV) do
  local value = call('HGET', P .. 'dead', id)
  local m = value and read(string.match(value, '^[^\\n]*'))
  if m then
    call('HDEL', P .. 'dead', id); call('HDEL', P .. 'tries', id); call('HDEL', P .. 'lost', id)
    tally(m, 'dead', -1); open(m, 1); queue(id, m, 0, now)
    back = back + 1
  end
end
return back
"""

#: KEYS: prefix.  ARGV: queue, reason.  All that waits in the queue is given up; what is leased is left to its worker.  Returns how many.
GIVE_UP = """
local q, ended = ARGV[1], 0
local function give_up(id, m)
  if m and m.q == q and off_queue(id, m) then tally(m, 'pending', -1); to_dead(id, m, ARGV[2]); ended = ended + 1 end
end
for _, host in ipairs(call('ZRANGE', P .. 'r:' .. q, 0, -1)) do
  for _, site in ipairs(call('ZRANGE', P .. 'h:' .. q .. ':' .. host, 0, -1)) do
    local lane = call('ZRANGE', P .. 'l:' .. q .. ':' .. host .. '|' .. site, 0, -1, 'WITHSCORES')
    for i = 1, #lane, 2 do
      give_up(lane[i], read(string.format('%02d', tonumber(lane[i + 1]) / 4294967296) .. q .. '|' .. host .. '|' .. site))
    end
  end
end
for _, name in ipairs({'due', 'alone:' .. q}) do
  for _, member in ipairs(call('ZRANGE', P .. name, 0, -1)) do give_up(string.sub(member, 1, 12), read(string.sub(member, 13))) end
end
return ended
"""

#: KEYS: prefix.  Says that the round has been filled, unless Redis lost it meanwhile: then it is to be filled again.
BUILT = """
local conf = KEYS[1] .. 'conf'
if redis.call('HEXISTS', conf, 'max_attempts') == 1 then redis.call('HSET', conf, 'built', 1) end
"""
