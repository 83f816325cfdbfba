// The stream's ids are numbers without a hole, so who has read up to one knows which comes next. Beside it stands its head: the last id,
// and the mark of the last entry. Each entry carries the mark of the one before it: when Redis has lost the latest entries (a
// replica was promoted) the same numbers come again, and there the chain of marks is broken.
//
// Numbers start from the time in microseconds, so that they are new ones after Redis has lost everything. Who reads makes the head too: who
// has seen one will notice that it was lost.

const HEAD = `
local stream, head = KEYS[1], KEYS[2]
local function begin(mark)
  local time = redis.call('TIME')
  redis.call('HSET', head, 'id', time[1] .. string.format('%06d', time[2]), 'mark', mark)
  redis.call('UNLINK', stream)
end
`

/** KEYS: stream, head, channel. ARGV: most entries, mark, node, texts. Answers the id. */
export const SEND = `${HEAD}
if redis.call('EXISTS', head) == 0 then begin(ARGV[2] .. '-begin') end
local id = string.format('%.0f', redis.call('HINCRBY', head, 'id', 1))
local before = redis.call('HGET', head, 'mark')
redis.call('XADD', stream, 'MAXLEN', '~', ARGV[1], id .. '-0',
  'before', before, 'mark', ARGV[2], 'node', ARGV[3], 'texts', ARGV[4])
redis.call('HSET', head, 'mark', ARGV[2])
redis.call('PUBLISH', KEYS[3], id)
return id
`

/** KEYS: stream, head. ARGV: mark for a new head; id or empty, most entries. Answers id and mark of the head, and what comes after that id. */
export const READ = `${HEAD}
if redis.call('EXISTS', head) == 0 then begin(ARGV[1]) end
local id, mark = unpack(redis.call('HMGET', head, 'id', 'mark'))
if ARGV[2] == '' or id == ARGV[2] then return { id, mark } end
return { id, mark, redis.call('XREAD', 'COUNT', ARGV[3], 'STREAMS', stream, ARGV[2] .. '-0') }
`
