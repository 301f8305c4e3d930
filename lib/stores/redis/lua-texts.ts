// Made by scripts/redis-scripts.mjs from the .lua files beside it: change those, then run `npm run build`.

/** The texts of the scripts that the store sends, by their files. */
export const luaTexts = {
  'delete.lua': `--[[
  Deletes a record if it has not changed since it was read.

  KEYS[1]  the record's key
  ARGV[1]  SHA-1, in hex, of the value that was read

  Replies
  {0}         deleted
  {1, value}  changed since then: the current value; nothing was changed
  {2}         there was no record
]]
local current = redis.call('GET', KEYS[1])
if not current then
  return {2}
end
if redis.sha1hex(current) ~= ARGV[1] then
  return {1, current}
end
redis.call('DEL', KEYS[1])
return {0}
`,
  'owner-confirm.lua': `--[[
  Replaces the entry of a record being created with that of an existing record, if it is still among the owner's.

  KEYS[1]  the owner's sorted set
  ARGV[1]  the entry of the record that was being created
  ARGV[2]  the record's key, which is its new entry
  ARGV[3]  the time now, in milliseconds

  Replies
  0  the entry was taken: all of the owner's records are being ended; nothing was changed
  n  done, and n entries are in the set now
]]
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`,
  'owner-drop.lua': `--[[
  Drops entries whose records are gone, if they have not been added again since they were read.

  KEYS[1]      the owner's sorted set
  ARGV[2i-1]   an entry
  ARGV[2i]     the score that it had

  Replies
  n  how many were dropped
]]
local dropped = 0
for i = 1, #ARGV, 2 do
  if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i])) == tonumber(ARGV[i + 1]) then
    dropped = dropped + redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return dropped
`,
  'owner-take.lua': `--[[
  Takes the owner's entries, so that their records can be deleted: a concurrent creation of one of them will find its entry
  gone. The keys stay in the set, marked, for as long as their records may be there.

  KEYS[1]  the owner's sorted set
  ARGV[1]  the mark: a unique score
  ARGV[2]  how many bytes precede the key in the entry of a record that is being created
  ARGV[3]  the key of the record whose entries are kept; omitted if there is none

  Replies
  {key, ...}  the keys of the records to delete; with possible duplicates
]]
local entries = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local keys, marked, taken = {}, {}, {}
for i = 1, #entries, 2 do
  local isComing = tonumber(entries[i + 1]) < 0
  local key = isComing and string.sub(entries[i], ARGV[2] + 1) or entries[i]
  if key ~= ARGV[3] then
    keys[#keys + 1] = key
    marked[#marked + 1] = ARGV[1]
    marked[#marked + 1] = key
    taken[#taken + 1] = entries[i]
  end
end
-- In chunks, since Lua passes a few thousand arguments at most. All are removed first, since a full Redis rejects a
-- script that begins with a command that takes memory.
for i = 1, #taken, 2000 do
  redis.call('ZREM', KEYS[1], unpack(taken, i, math.min(i + 1999, #taken)))
end
for i = 1, #marked, 2000 do
  redis.call('ZADD', KEYS[1], unpack(marked, i, math.min(i + 1999, #marked)))
end
return keys
`,
  'write.lua': `--[[
  Writes a record if it has not changed since it was read.

  KEYS[1]  the record's key
  ARGV[1]  SHA-1, in hex, of the value that was read; empty to create
  ARGV[2]  the new value
  ARGV[3]  its time to live, in milliseconds

  Replies
  {0}         written
  {1, value}  changed since then: the current value; nothing was changed
  {2}         the record is gone; nothing was changed or created
]]
local current = redis.call('GET', KEYS[1])
if ARGV[1] == '' then
  if current then
    return {1, current}
  end
elseif not current then
  return {2}
elseif redis.sha1hex(current) ~= ARGV[1] then
  return {1, current}
end
local written = redis.pcall('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if written.err then
  -- A full Redis rejects a script that begins with a command that takes memory. A value no larger than the current record, or
  -- as short as a note that something has ended, is still written, after a command that takes none. The longest of these notes
  -- is that of the end of all logins: a time, and how often that was done. A count of failed logins is longer.
  local most = math.max(18, current and #current or 0)
  if not string.find(written.err, 'OOM ', 1, true) or #ARGV[2] > most then
    return written
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return {0}
`,
} as const;
