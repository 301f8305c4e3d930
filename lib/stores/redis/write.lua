--[[
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
