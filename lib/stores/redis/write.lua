--[[
  Writes a record, if it still is the one that was read.

  KEYS[1]  the record's key
  ARGV[1]  SHA-1, in hex, of the value that was read; empty to create
  ARGV[2]  the new value
  ARGV[3]  how long it lives, in milliseconds

  Replies
  {0}         written
  {1, value}  somebody else wrote since: the value that is there now; nothing was changed
  {2}         there is no record any more; nothing was changed, and nothing was created
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
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {0}
