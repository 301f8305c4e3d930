--[[
  Makes the entry of a record that was being created an entry of a record that is there, if it still is among the owner's.

  KEYS[1]  the owner's sorted set
  ARGV[1]  the entry of the record that was being created
  ARGV[2]  the record's key, which is its entry from now on
  ARGV[3]  the time now, in milliseconds

  Replies
  0  the entry was taken away: all that the owner has is being ended; nothing was changed
  n  done, and n entries are in the set now
]]
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
return redis.call('ZCARD', KEYS[1])
