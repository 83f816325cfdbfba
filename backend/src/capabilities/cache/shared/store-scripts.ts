// What the store does in Redis. Every script is atomic, and the first thing that it changes is what Redis may refuse when its memory is
// full: so a value and its place in the index never part.
//
// What leaves is decided by LRFU (Lee, Choi, Kim, Noh, Min, Cho and Kim, IEEE Transactions on Computers 50(12), 2001): each use is
// worth 1 and loses half of it whenever twice as many values have been stored as there is room for. The worth is kept as its
// logarithm at a fixed time, so one number for each value is enough and none has to be changed as time passes. What has left keeps its
// worth for a while (a ghost), so that a popular value that was deleted or pushed out comes back as one.

const NAMES = `
local ENTRY, LEASE, SCORES, ENDS, SIZES, GHOSTS, CLEARED, TOTALS, RELEASED =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local call = redis.call
`

const WORTH = `
local function used(score, age, times)
  if not score then return age end
  score = tonumber(score)
  local top = math.max(score, age)
  return top + math.log(times * 2 ^ (age - top) + 2 ^ (score - top)) / math.log(2)
end
`

const LEAVE = `
local function leave(member)
  call('UNLINK', ENTRY .. member)
  local score = call('ZSCORE', SCORES, member)
  if not score then return end
  call('ZADD', GHOSTS, score, member)
  call('ZREM', SCORES, member)
  call('ZREM', ENDS, member)
  local size = call('HGET', SIZES, member)
  if size then
    call('HDEL', SIZES, member)
    call('HINCRBY', TOTALS, 'bytes', -size)
  end
end
`

/** ARGV: key, bytes, time to live, fence or empty, entriesMax. Answers whether it was stored, then entries, bytes and evictions of all nodes. */
export const SET = `${NAMES}${WORTH}${LEAVE}
local member, bytes, ttl, fence, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])

local function totals(stored)
  local bytes, evictions = unpack(call('HMGET', TOTALS, 'bytes', 'evictions'))
  return { stored, call('ZCARD', SCORES), tonumber(bytes or 0), tonumber(evictions or 0) }
end

if fence ~= '' then
  if call('HGET', LEASE .. member, 'fence') ~= fence then return totals(0) end
  if tonumber(fence) <= tonumber(call('HGET', TOTALS, 'closed') or 0) then return totals(0) end
end

call('SET', ENTRY .. member, bytes, 'PX', ttl)
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, gone in ipairs(call('ZRANGEBYSCORE', ENDS, '-inf', now, 'LIMIT', 0, 100)) do
  if gone ~= member then leave(gone) end
end
local age = tonumber(call('HINCRBYFLOAT', TOTALS, 'age', string.format('%.17g', 0.5 / most)))
local score = call('ZSCORE', SCORES, member)
if not score then
  local over = math.min(call('ZCARD', SCORES) + 1 - most, 1000)
  if over > 0 then
    local least = call('ZRANGE', SCORES, 0, over - 1)
    for _, gone in ipairs(least) do leave(gone) end
    call('HINCRBY', TOTALS, 'evictions', #least)
  end
  local ghost = call('ZSCORE', GHOSTS, member)
  call('ZREM', GHOSTS, member)
  call('ZADD', SCORES, used(ghost, age, 1), member)
  local ghosts = call('ZCARD', GHOSTS)
  if ghosts > most then call('ZREMRANGEBYRANK', GHOSTS, 0, ghosts - most - 1) end
  call('ZREM', CLEARED, member)
end
call('ZADD', ENDS, now + ttl, member)
local before = tonumber(call('HGET', SIZES, member) or 0)
call('HSET', SIZES, member, #bytes)
call('HINCRBY', TOTALS, 'bytes', #bytes - before)
return totals(1)
`

/** ARGV: key, number of uses, key, number of uses, … */
export const USE = `${NAMES}${WORTH}
local age = tonumber(call('HGET', TOTALS, 'age') or 0)
for i = 1, #ARGV, 2 do
  local score = call('ZSCORE', SCORES, ARGV[i])
  if score then call('ZADD', SCORES, used(score, age, tonumber(ARGV[i + 1])), ARGV[i]) end
end
`

/**
 * ARGV: keys. Their leases end too: what is being loaded under them may be older than what made these keys old, and is not
 * stored any more (Nishtala et al., Scaling Memcache at Facebook, NSDI 2013).
 */
export const DELETE = `${NAMES}${LEAVE}
for _, member in ipairs(ARGV) do
  leave(member)
  local waiting = call('HGET', LEASE .. member, 'waiting')
  call('UNLINK', LEASE .. member)
  if waiting then call('PUBLISH', RELEASED, member) end
end
`

/**
 * ARGV: how many now; and `begin` in the first round. Answers how many are left. The index is put aside at once and its values are deleted
 * round by round, so that nobody waits long, however many there are.
 */
export const CLEAR = `${NAMES}
if ARGV[2] == 'begin' then
  if call('EXISTS', CLEARED) == 1 then
    call('ZUNIONSTORE', CLEARED, 2, CLEARED, SCORES)
  elseif call('EXISTS', SCORES) == 1 then
    call('RENAME', SCORES, CLEARED)
  end
  call('UNLINK', SCORES, ENDS, SIZES, GHOSTS)
  local fence = call('HGET', TOTALS, 'fence')
  if fence then call('HSET', TOTALS, 'closed', fence) end
  call('HDEL', TOTALS, 'bytes')
end
for _, member in ipairs(call('ZRANGE', CLEARED, 0, ARGV[1] - 1)) do
  call('UNLINK', ENTRY .. member)
  call('ZREM', CLEARED, member)
end
return call('ZCARD', CLEARED)
`
