--[[
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
