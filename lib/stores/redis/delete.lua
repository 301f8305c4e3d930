--[[
  Deletes a record, if it still is the one that was read.

  KEYS[1]  the record's key
  ARGV[1]  SHA-1, in hex, of the value that was read

  Replies
  {0}         deleted
  {1, value}  somebody else wrote since: the value that is there now; nothing was changed
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
