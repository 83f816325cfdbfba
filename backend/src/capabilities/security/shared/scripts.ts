/** Arguments of `COUNT_SCRIPT` for each key. */
export const COUNT_ARGUMENTS = 7

/**
 * Adds each thing to the sorted set of its counter, by Redis's clock, and answers how many there are: negative where this one
 * reached the threshold, or a multiple of it. In one group the counters go from the narrowest to the widest: what is beyond
 * the threshold of one does not count for the next. Threshold 0 forgets the counter. What is sent again may have been counted
 * before, and its answer lost: then it is told that the threshold was reached.
 */
export const COUNT_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers = {}
local full = ''
for i, key in ipairs(KEYS) do
  local at = (i - 1) * ${COUNT_ARGUMENTS}
  local group, threshold, window = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local age, item, max = tonumber(ARGV[at + 4]), ARGV[at + 5], tonumber(ARGV[at + 6])
  local again = ARGV[at + 7] == '1'
  answers[i] = 0
  if threshold == 0 then
    redis.call('DEL', key)
  elseif group ~= full then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. (now - window))
    local new = redis.call('ZADD', key, 'NX', now - age, item)
    redis.call('ZREMRANGEBYRANK', key, 0, -max - 1)
    redis.call('PEXPIRE', key, window)
    local count = redis.call('ZCARD', key)
    answers[i] = count
    if count >= threshold then
      full = group
      if again or (new == 1 and count % threshold == 0) then answers[i] = -count end
    end
  end
end
return answers`

/** KEYS: measures, their ends. ARGV: id, JSON, how long it lasts, how many there may be. */
export const BEGIN_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
local excess = redis.call('ZCARD', KEYS[2]) - ARGV[4]
if excess > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, excess - 1)) do
    redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
  end
end
return 1`

/** KEYS: measures, their ends. ARGV: id, what is left in its place until its end: that it was undone, signed; empty: nothing. */
export const UNDO_SCRIPT = `
if ARGV[2] ~= '' and redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  return 1
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1`

/**
 * KEYS: measures, their ends, a mark. ARGV: the mark to set where there is none: another one than before means that Redis
 * has forgotten everything. Answers the mark, and JSON and remaining time of each measure.
 */
export const READ_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
end
redis.call('SET', KEYS[3], ARGV[1], 'NX')
local answer = { redis.call('GET', KEYS[3]) }
local ends = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
for i = 1, #ends, 2 do
  answer[#answer + 1] = redis.call('HGET', KEYS[1], ends[i])
  answer[#answer + 1] = ends[i + 1] - now
end
return answer`
