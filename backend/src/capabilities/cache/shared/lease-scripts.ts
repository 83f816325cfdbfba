// A lease is a hash: its token, its fence, and whether somebody waits for its end.

/**
 * KEYS: lease, value, totals. ARGV: token, time to live. Answers the fence, or 0 when somebody has the lease; and whether there is a
 * value. Fences start from the time, so that they are new ones after Redis has lost everything.
 */
export const ACQUIRE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return { 0, 0 } end
local time = redis.call('TIME')
redis.call('HSETNX', KEYS[3], 'fence', time[1] .. string.format('%06d', time[2]))
local fence = redis.call('HINCRBY', KEYS[3], 'fence', 1)
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'fence', string.format('%.0f', fence))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { fence, redis.call('EXISTS', KEYS[2]) }
`

/** KEYS: lease. ARGV: token, time to live. Answers 0 when it is somebody else's by now, or nobody's. */
export const RENEW = `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`

/** KEYS: lease, channel. ARGV: token, key. */
export const RELEASE = `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return end
local waiting = redis.call('HGET', KEYS[1], 'waiting')
redis.call('UNLINK', KEYS[1])
if waiting then redis.call('PUBLISH', KEYS[2], ARGV[2]) end
`

/** KEYS: lease. Answers 1 when somebody has it, who then tells when it ends. */
export const WATCH = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'waiting', 1)
return 1
`
