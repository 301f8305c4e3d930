--[[
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
