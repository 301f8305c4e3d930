--[[
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
