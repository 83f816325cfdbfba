/**
 * One claim, in one step, on Redis's own clock. The state is a hash: for each member "granted limit held safe wanted expires
 * seq"; `learning` is when the registry knows everybody.
 *
 * What is kept for a member is the most of what it was granted, what it says it may have (an answer may not have arrived)
 * and what it holds. When its lease has run out that is its safe capacity, until it is forgotten.
 *
 * A hash that is not there is new, or was lost: until everybody who has a share has claimed again, a claim gets no more
 * than what it may have already: what it holds, or its safe capacity (Doorman: learning mode). A new one gets that too.
 *
 * KEYS: the hash. ARGV: member, seq, held, wanted, limit, safe, total, lease, mourning (ms), 1 for one that has had no answer yet. Answers granted and members;
 * nothing for a claim that is older than the last one.
 */
export const CLAIM_SCRIPT = `
local key, me = KEYS[1], ARGV[1]
local seq, held, wanted, limit, safe = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local total, lease, mourning = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local learning = tonumber(redis.call('HGET', key, 'learning'))
if not learning then
  learning = now + lease
  redis.call('HSET', key, 'learning', learning)
end

local others, kept, mourned = {}, 0, 0
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  local id = all[i]
  if id ~= 'learning' then
    local m = {}
    for word in string.gmatch(all[i + 1], '%S+') do m[#m + 1] = tonumber(word) end
    local mGranted, mLimit, mHeld, mSafe, mWanted, mExpires, mSeq = unpack(m)
    local most = math.max(mGranted, mLimit, mHeld)
    if id == me then
      if mSeq >= seq then return {} end
    elseif now < mExpires then
      kept = kept + most
      others[#others + 1] = mWanted
    elseif now < mExpires + mourning then
      kept = kept + math.min(most, mSafe)
      mourned = mourned + math.min(most, mSafe)
    else
      redis.call('HDEL', key, id)
    end
  end
end

local function fair()
  local wants = { { wanted, true } }
  for _, want in ipairs(others) do wants[#wants + 1] = { want, false } end
  table.sort(wants, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] and not b[2]) end)
  local left = math.max(0, total - mourned)
  for place, want in ipairs(wants) do
    local share = math.min(want[1], math.floor(left / (#wants - place + 1)))
    if want[2] then return share end
    left = left - share
  end
end

local granted
if now >= learning then granted = fair()
elseif ARGV[10] == '1' then granted = math.min(wanted, math.max(limit, safe))
else granted = math.min(limit, math.max(held, safe)) end
granted = math.max(0, math.min(granted, total - kept))

redis.call('HSET', key, me, table.concat({ granted, limit, held, safe, wanted, now + lease, seq }, ' '))
redis.call('PEXPIRE', key, lease + mourning)
return { granted, #others + 1 }
`
