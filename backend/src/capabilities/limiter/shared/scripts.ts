/** Parts of a window of `sliding` in Redis: what falls into one part ends together, up to 1/256 late, never early. */
const PARTS = 256
/** How long Redis remembers that it remembers, without a word from anybody. */
const EPOCH_MS = 30 * 86_400_000

/**
 * Every start of an empty Redis has another number: who knows another one knows that all counters are lost.
 * KEYS[1]: the number.
 */
const EPOCH = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = string.format('%.0f', now * 1000)
  redis.call('SET', KEYS[1], epoch, 'PX', ${EPOCH_MS})
end
epoch = tonumber(epoch)
`

/**
 * How many processes there should be is remembered for so long after the last time when they were there: a process that vanished without a
 * word may be alone, and charge its part of every limit.
 */
export const MISSED_MS = 30_000

/** Of `expected` processes some are missing: all but those that live, and at least the one that asks lives. KEYS: as all scripts have them. */
const MISSING = `
local expected = tonumber(redis.call('GET', KEYS[3])) or 0
local function missingOf(expected)
  local live = redis.call('ZCOUNT', KEYS[2], string.format('(%.3f', now), '+inf')
  return math.max(0, expected - math.max(1, live))
end
`

/**
 * Judges any number of requests one after the other, each with all its claims at once, on Redis's own clock. The part of every process that
 * is missing is kept for it, where a rule shares its limit while Redis is away.
 *
 * KEYS: the epoch, members, how many are expected, then a hash for each counter. ARGV: JSON, `[epoch known or 0, deadline or 0, rules,
 * adjustments, requests]`. Rules: `[algorithm, limit, windowMs, burst, 1 if it enforces, 1 if it shares]`. Adjustments, flat: key, rule, more or less, when it was charged
 * (0: now). Requests: each flat: key, rule, weight, wanted in advance. Keys and rules count from 0, times are in milliseconds.
 *
 * Answers flat: microseconds now, epoch, and 0; or 1: another epoch than known, or 2: later than the deadline, and nothing was done; how many
 * processes are missing. Then for each claim: 1 if it passes, what is left, milliseconds until all is there again, until it passes, and what was given in advance.
 */
export const DECIDE = `${EPOCH}
local known, deadline, rules, adjustments, requests = unpack(cjson.decode(ARGV[1]))
local answer = { now * 1000, epoch, 0, 0 }
if known ~= 0 and known ~= epoch then answer[3] = 1 return answer end
if deadline ~= 0 and now > deadline then answer[3] = 2 return answer end

${MISSING}
local missing = missingOf(expected)
answer[4] = missing
if missing > 0 then
  local left = 1 - missing / expected
  for _, rule in ipairs(rules) do
    if rule[6] == 1 then
      rule[2] = math.max(math.min(rule[2], 1), rule[2] * left)
      rule[4] = math.max(math.min(rule[4], 1), rule[4] * left)
    end
  end
end

local PARTS, TINY = ${PARTS}, 1e-9
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min
local call = redis.call

-- Of each algorithm: 'load' reads what is used, 'store' writes it, 'wait' tells when so much less is used, 'reset' when nothing is, and
-- 'adjust' changes what was charged some time ago, where that still counts.
local sliding = {}

function sliding.load(c)
  local found = call('HMGET', c.key, 't', 'h', 'n')
  c.part = floor(now * PARTS / c.window)
  c.used, c.head, c.newest = tonumber(found[1]) or 0, tonumber(found[2]) or c.part, tonumber(found[3]) or c.part
  c.added = 0
  local live = c.part - PARTS
  if c.newest < live or c.newest > c.part + PARTS then
    if found[1] then call('DEL', c.key) end
    c.used, c.head, c.newest = 0, c.part, c.part
  elseif c.head < live then
    local names = {}
    for part = c.head, live - 1 do names[#names + 1] = part % (PARTS + 1) end
    for _, count in ipairs(call('HMGET', c.key, unpack(names))) do c.used = c.used - (tonumber(count) or 0) end
    call('HDEL', c.key, unpack(names))
    c.head, c.dirty = live, true
  end
  c.part = max(c.part, c.newest) -- Its clock may have been set back.
end

local function tally(c, part, amount)
  local slot = part % (PARTS + 1)
  if c.slots then c.slots[slot] = (c.slots[slot] or 0) + amount end
end

local function add(c, part, amount)
  call('HINCRBYFLOAT', c.key, part % (PARTS + 1), amount)
  tally(c, part, amount)
end

function sliding.store(c)
  if c.added ~= 0 then
    add(c, c.part, c.added)
    c.newest = c.part
  end
  call('HSET', c.key, 't', c.used, 'h', c.head, 'n', c.newest)
  call('PEXPIRE', c.key, ceil(c.window * (1 + 1 / PARTS)) + 1)
end

local function ends(c, part) return (part + PARTS + 1) * c.window / PARTS - now end

function sliding.wait(c, excess)
  if not c.slots then
    c.slots = {}
    local all = call('HGETALL', c.key)
    for i = 1, #all, 2 do
      local slot = tonumber(all[i])
      if slot then c.slots[slot] = tonumber(all[i + 1]) end
    end
    if c.added ~= 0 then tally(c, c.part, c.added) end
  end
  for part = c.head, c.part do
    excess = excess - (c.slots[part % (PARTS + 1)] or 0)
    if excess <= TINY then return ends(c, part) end
  end
  return c.window
end

function sliding.reset(c)
  if c.used <= TINY then return 0 end
  return ends(c, c.added ~= 0 and c.part or c.newest)
end

-- Who has lost Redis knows only about when something was charged: so less is taken from the next parts too.
function sliding.adjust(c, amount, at)
  local part = at == 0 and c.part or min(c.part, floor(at * PARTS / c.window))
  if part < c.part - PARTS then return end
  c.dirty = true
  if amount > 0 then
    c.head, c.newest, c.used = min(c.head, part), max(c.newest, part), c.used + amount
    add(c, part, amount)
  end
  local last = min(c.part, part + PARTS / 16)
  while amount < 0 and part <= last do
    local there = tonumber(call('HGET', c.key, part % (PARTS + 1))) or 0
    local taken = min(there, -amount)
    if taken > 0 then
      add(c, part, -taken)
      c.used, amount = max(0, c.used - taken), amount + taken
    end
    part = part + 1
  end
end

local gcra = {}

function gcra.load(c)
  local found = call('HMGET', c.key, 'l', 'a')
  local level, at = tonumber(found[1]) or 0, tonumber(found[2]) or now
  c.rate = c.limit / c.window
  c.used = max(0, level - max(0, now - at) * c.rate)
end

function gcra.store(c)
  call('HSET', c.key, 'l', c.used, 'a', now)
  call('PEXPIRE', c.key, c.rate > 0 and ceil(min(c.used / c.rate, 1e12)) + 1 or ceil(c.window))
end

function gcra.wait(c, excess) return c.rate > 0 and excess / c.rate or c.window end
function gcra.reset(c) return c.rate > 0 and c.used / c.rate or c.window end

function gcra.adjust(c, amount, at)
  local ranOut = 0
  if amount < 0 and at ~= 0 then ranOut = min(-amount, max(0, now - at) * c.rate) end
  c.used, c.dirty = max(0, c.used + amount + ranOut), true
end

local fixed = {}

local function began(c, at) return floor(at / c.window) * c.window end

function fixed.load(c)
  local found = call('HMGET', c.key, 'b', 'u')
  c.began = began(c, now)
  c.used = tonumber(found[1]) == c.began and tonumber(found[2]) or 0
end

function fixed.store(c)
  call('HSET', c.key, 'b', c.began, 'u', c.used)
  call('PEXPIRE', c.key, ceil(c.began + c.window - now) + 1)
end

function fixed.wait(c) return c.began + c.window - now end
function fixed.reset(c) return c.used <= TINY and 0 or fixed.wait(c) end

function fixed.adjust(c, amount, at)
  if at ~= 0 and began(c, at) ~= c.began then return end
  c.used, c.dirty = max(0, c.used + amount), true
end

-- Who is released is given back; the window is for those who are forgotten.
local algorithms = { sliding = sliding, concurrency = sliding, gcra = gcra, fixed = fixed }
local counters = {}

-- What costs nothing, as far as is known yet, still needs that something is left.
local function fits(c, weight, room)
  return c.used + weight <= room + TINY and (weight > 0 or c.used < room)
end

local function counter(place, index)
  local rule = rules[index + 1]
  local c = counters[place]
  if not c then
    c = { key = KEYS[place + 4], algorithm = algorithms[rule[1]], window = rule[3], limit = rule[2] }
    counters[place] = c
    c.algorithm.load(c)
  end
  return c, rule
end

for i = 1, #adjustments, 4 do
  local c = counter(adjustments[i], adjustments[i + 1])
  c.algorithm.adjust(c, adjustments[i + 2], adjustments[i + 3])
end

for _, request in ipairs(requests) do
  local passes = true
  for i = 1, #request, 4 do
    local c, rule = counter(request[i], request[i + 1])
    if rule[5] == 1 and not fits(c, request[i + 2], rule[4]) then passes = false end
  end
  for i = 1, #request, 4 do
    local c, rule = counter(request[i], request[i + 1])
    local weight, room, wait, given = request[i + 2], rule[4], 0, 0
    local isIn = fits(c, weight, room)
    if not isIn then
      wait = weight > room and c.window or c.algorithm.wait(c, c.used + max(weight, TINY) - room)
    elseif passes then
      given = max(0, min(request[i + 3], floor(room - c.used - weight)))
      if weight + given > 0 then
        c.used, c.dirty = c.used + weight + given, true
        if c.added then
          c.added = c.added + weight + given
          tally(c, c.part, weight + given)
        end
      end
    end
    local n = #answer
    answer[n + 1] = isIn and 1 or 0
    answer[n + 2] = max(0, room - c.used)
    answer[n + 3] = ceil(c.algorithm.reset(c))
    answer[n + 4] = ceil(wait)
    answer[n + 5] = given
  end
end

for _, c in pairs(counters) do
  if c.dirty then c.algorithm.store(c) end
end
return answer
`

/**
 * One process says that it lives, or leaves, or only looks; and hears how many there are.
 * KEYS: epoch, members, how many are expected. ARGV: member, how long it is believed in milliseconds (0: it leaves, less: it only looks),
 * epoch known or 0, deadline or 0, how many it knows of where Redis may not (0: it may).
 * Answers microseconds now, epoch, and 0, 1 or 2 as above; how many are missing, and how many there are with them.
 */
export const HEARTBEAT = `${EPOCH}
redis.call('PEXPIRE', KEYS[1], ${EPOCH_MS})
local member, believed, known = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local deadline, told = tonumber(ARGV[4]), tonumber(ARGV[5])
if known ~= 0 and known ~= epoch then return { now * 1000, epoch, 1, 0, 0 } end
if deadline ~= 0 and now > deadline then return { now * 1000, epoch, 2, 0, 0 } end
${MISSING}
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if believed > 0 then redis.call('ZADD', KEYS[2], now + believed, member) end
local left = believed == 0 and redis.call('ZREM', KEYS[2], member) or 0
local live = redis.call('ZCARD', KEYS[2])
if believed >= 0 then
  redis.call('PEXPIRE', KEYS[2], ${MISSED_MS})
  if live >= math.max(expected - left, told) then
    expected = live
    redis.call('SET', KEYS[3], expected, 'PX', ${MISSED_MS})
  elseif told > expected then
    expected = told
    redis.call('SET', KEYS[3], expected, 'PX', ${MISSED_MS})
  elseif left > 0 then
    expected = expected - left
    redis.call('SET', KEYS[3], expected, 'KEEPTTL')
  end
end
return { now * 1000, epoch, 0, missingOf(expected), math.max(live, expected) }
`

/**
 * KEYS: penalties, channel. ARGV: whom, for how many milliseconds, the rest as JSON. Tells all who listen, and those who come later.
 * The clocks of processes differ, so what is told is how long it still holds.
 */
export const PENALIZE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f ', now + ARGV[2]) .. ARGV[3])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
redis.call('PUBLISH', KEYS[2], ARGV[2] .. ' ' .. ARGV[3])
`

/** KEYS: penalties. Answers those that hold, as they are published, and drops the others. */
export const PENALTIES = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local held = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local till, rest = string.match(all[i + 1], '^(%d+) (.*)$')
  if tonumber(till) > now then held[#held + 1] = string.format('%.0f ', tonumber(till) - now) .. rest
  else redis.call('HDEL', KEYS[1], all[i]) end
end
return held
`
