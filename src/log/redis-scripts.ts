// Each runs in Redis as one step, so that nobody sees half of it. What a topic has stands in two keys: a stream, whose
// entries hold the event, the place before it (`p`) and the bytes up to it (`t`); and a hash with the topic's epoch,
// its newest place and the bytes of all that ever came.

/** By Redis's own clock, which the places are made of too. */
const trimOld = `
if ARGV[2] ~= '-1' then
  local now = redis.call('TIME')
  local oldest = now[1] * 1000 + math.floor(now[2] / 1000) - ARGV[2]
  if oldest > 0 then redis.call('XTRIM', stream, 'MINID', '=', string.format('%.0f', oldest)) end
end
`;

/**
 * Keys: stream, hash, one a given id. Values: new epoch, age, count, bytes, dedupe (ms; -1: no bound); then id's JSON each.
 * @returns the epoch, then a place and 1 for a duplicate, for each
 */
export const append = `
local stream, meta = KEYS[1], KEYS[2]
redis.call('HSETNX', meta, 'epoch', ARGV[1])
local taken = { redis.call('HGET', meta, 'epoch') }
local last = redis.call('HGET', meta, 'last') or '0-0'
local total = tonumber(redis.call('HGET', meta, 'total') or '0')
for i = 3, #KEYS do
  local json = ARGV[i + 3]
  local known = redis.call('GET', KEYS[i])
  if known then
    taken[#taken + 1] = known
    taken[#taken + 1] = '1'
  else
    total = total + #json
    local place = redis.call('XADD', stream, '*', 'p', last, 't', string.format('%.0f', total), 'e', json)
    if ARGV[5] == '-1' then redis.call('SET', KEYS[i], place)
    else redis.call('SET', KEYS[i], place, 'PX', ARGV[5]) end
    taken[#taken + 1] = place
    taken[#taken + 1] = '0'
    last = place
  end
end
redis.call('HSET', meta, 'last', last, 'total', string.format('%.0f', total))
local count, bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
if count >= 0 then redis.call('XTRIM', stream, 'MAXLEN', '=', count) end
if bytes >= 0 then
  local from, some, keep = '-', 1, nil
  while not keep do
    local oldest = redis.call('XRANGE', stream, from, '+', 'COUNT', some)
    if #oldest == 0 then break end
    for _, entry in ipairs(oldest) do
      if total - tonumber(entry[2][4]) + #entry[2][6] <= bytes then
        keep = entry[1]
        break
      end
    end
    from, some = '(' .. oldest[#oldest][1], 20
  end
  if keep then redis.call('XTRIM', stream, 'MINID', '=', keep) else redis.call('XTRIM', stream, 'MAXLEN', 0) end
end
${trimOld}
redis.call('PUBLISH', stream, '')
return taken
`;

/**
 * Keys: stream, hash. Values: new epoch, age, after, limit, bytes.
 * @returns epoch, first, last, and what stands before the first row; then a place and JSON for each
 */
export const read = `
local stream, meta = KEYS[1], KEYS[2]
redis.call('HSETNX', meta, 'epoch', ARGV[1])
${trimOld}
local last = redis.call('HGET', meta, 'last') or '0-0'
local oldest = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
local first = oldest and oldest[2][2] or last
local found = { redis.call('HGET', meta, 'epoch'), first, last, '' }
local after = ARGV[3]
if after == 'latest' then return found end
if after == 'earliest' then after = first end
-- One who has seen what is still there is told of no hole that somebody has made behind it.
local known = after == first or #redis.call('XRANGE', stream, after, after) == 1
local limit, bytes = tonumber(ARGV[4]), tonumber(ARGV[5])
while limit > 0 do
  local some = redis.call('XRANGE', stream, '(' .. after, '+', 'COUNT', math.min(limit, 20))
  if #some == 0 then break end
  for _, entry in ipairs(some) do
    local fields = entry[2]
    bytes = bytes - #fields[6]
    if bytes < 0 and #found > 4 then return found end
    if #found == 4 then found[4] = known and after or fields[2] end
    found[#found + 1] = entry[1]
    found[#found + 1] = fields[6]
    after = entry[1]
    limit = limit - 1
  end
end
return found
`;

/** Keys: a hash. Values: value, version, for how many ms (-1: for good). @returns 1 where it was written */
export const putNote = `
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'version', ARGV[2] + 1)
if ARGV[3] ~= '-1' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
`;

/** Keys: a sorted set of keys by when they were written. Values: a key, for how many ms, how many. @returns those that are too many */
export const pass = `
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZADD', KEYS[1], ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', ms - ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local over = redis.call('ZCARD', KEYS[1]) - ARGV[3]
if over <= 0 then return {} end
local gone = {}
for i, key in ipairs(redis.call('ZPOPMIN', KEYS[1], over)) do
  if i % 2 == 1 then gone[#gone + 1] = key end
end
return gone
`;
