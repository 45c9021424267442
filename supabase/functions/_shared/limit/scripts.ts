/**
 * What Redis does in one go. Numbers that are written go in as text, since Lua would spell large
 * ones otherwise; times are told by the caller, and what ends is left to Redis' own clock.
 */

/** KEYS: block. For how many ms an address is blocked, -2 where it is not. */
export const FIND = `return redis.call('pttl', KEYS[1])`;

/**
 * KEYS: block, strikes of this rule, offences, list. ARGV: address, rule, now, window before which
 * strikes do not count (its start, its length), threshold, then for each offence how long it blocks,
 * until when, and how long it is remembered. Answers for how many ms the address is blocked, and
 * the how manyth offence this is if it is one.
 */
export const STRIKE = `
local standing = redis.call('pttl', KEYS[1])
if standing > 0 then return {standing, 0} end
local threshold = tonumber(ARGV[6])
redis.call('rpush', KEYS[2], ARGV[3])
redis.call('ltrim', KEYS[2], '-' .. ARGV[6], '-1')
redis.call('pexpire', KEYS[2], ARGV[5])
local oldest = redis.call('lindex', KEYS[2], '0')
if redis.call('llen', KEYS[2]) < threshold or tonumber(oldest) <= tonumber(ARGV[4]) then
  return {0, 0}
end
redis.call('del', KEYS[2])
local offence = redis.call('incr', KEYS[3])
local level = math.min(offence, (#ARGV - 6) / 3)
local at = 4 + 3 * level
redis.call('pexpire', KEYS[3], ARGV[at + 2])
local what = ARGV[2] .. '|' .. redis.call('get', KEYS[3]) .. '|' .. ARGV[3] .. '|' .. ARGV[at + 1]
redis.call('set', KEYS[1], what, 'PX', ARGV[at])
redis.call('zremrangebyscore', KEYS[4], '-inf', ARGV[3])
redis.call('zadd', KEYS[4], ARGV[at + 1], ARGV[1])
return {redis.call('pttl', KEYS[1]), offence}
`;

/** KEYS: list. ARGV: now. The addresses whose blocks stand, the longest first. */
export const LIST = `
return redis.call('zrevrangebyscore', KEYS[1], '+inf', '(' .. ARGV[1], 'LIMIT', '0', '1000')
`;

/** KEYS: blocks. What is known of each of them. */
export const READ = `return redis.call('mget', unpack(KEYS))`;

/** KEYS: block, list, then what else is known of the address. ARGV: address. 1 where a block stood. */
export const LIFT = `
local stood = redis.call('exists', KEYS[1])
redis.call('zrem', KEYS[2], ARGV[1])
redis.call('del', KEYS[1], unpack(KEYS, 3))
return stood
`;
