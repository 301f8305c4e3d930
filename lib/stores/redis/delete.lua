--[[
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
