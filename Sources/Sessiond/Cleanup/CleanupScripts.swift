import Digests

/// A script that Redis runs as one step.
struct CleanupScript: Sendable {
    let text: String
    /// What `EVALSHA` calls it by.
    let digest: String

    init(_ text: String) {
        self.text = text
        digest = SHA1.hex(Array(text.utf8))
    }
}

extension CleanupScript {
    /// What all have in common: what the lease holds. The clock is the server's.
    private static let reading = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        -- What is wrong with the lease; else nil, and what it holds.
        local function read(key)
            local kind = redis.call('TYPE', key).ok
            if kind == 'none' then return nil, {epoch = 0, ends = 0} end
            if kind ~= 'hash' then return 'lease type' end
            local held = redis.call('HMGET', key, 'v', 'holder', 'epoch', 'until')
            if held[1] ~= '1' then return 'lease version' end
            local lease = {holder = held[2], epoch = tonumber(held[3] or ''), ends = tonumber(held[4] or '')}
            if not lease.holder or not lease.epoch or not lease.ends then return 'lease broken' end
            return nil, lease
        end

        """

    /// Takes or renews the lease. KEYS: the lease. ARGV: holder, milliseconds.
    ///
    /// An end farther off than a lease lasts is a clock that was set back: then it is free.
    static let takeLease = CleanupScript(
        reading + """
            local fault, lease = read(KEYS[1])
            if fault then return {fault} end
            local epoch, left = lease.epoch, lease.ends - now
            if lease.holder ~= ARGV[1] and left > 0 and left <= tonumber(ARGV[2]) then
                return {'held', lease.holder, epoch, left}
            end
            if lease.holder ~= ARGV[1] or left <= 0 then epoch = epoch + 1 end
            redis.call('HSET', KEYS[1], 'v', '1', 'holder', ARGV[1], 'epoch', string.format('%.0f', epoch),
                'until', string.format('%.0f', now + ARGV[2]))
            return {'ours', epoch}
            """)

    /// Ends the lease if it is ours. KEYS: the lease. ARGV: holder, epoch.
    static let releaseLease = CleanupScript(
        reading + """
            local fault, lease = read(KEYS[1])
            if fault then return fault end
            if lease.holder ~= ARGV[1] or lease.epoch ~= tonumber(ARGV[2]) then return 'lease' end
            redis.call('HSET', KEYS[1], 'until', '0')
            return 'released'
            """)

    /// What the steps below have in common: they take their arguments one by one.
    private static let common =
        reading + """
            local taken = 0
            local function take()
                taken = taken + 1
                return ARGV[taken]
            end

            -- Why nothing may be removed under the lease of the next two arguments; nil where it may.
            local function refusal(key)
                local holder = take()
                local epoch = tonumber(take())
                local fault, lease = read(key)
                if fault then return fault end
                if lease.holder ~= holder or lease.epoch ~= epoch or lease.ends <= now then return 'lease' end
            end

            -- A value of which it is known that it may be missing.
            local function written(value)
                return value and '+' .. value or '-'
            end

            -- Whether a key holds what the next arguments say, byte for byte.
            local function holds(key)
                local wanted, kind = take(), redis.call('TYPE', key).ok
                if wanted == 'never' then return false end
                if wanted == 'none' then return kind == 'none' end
                if wanted == 'text' then
                    local text = take()
                    return kind == 'string' and redis.call('GET', key) == text
                end
                if wanted == 'member' then
                    local member = take()
                    local value = take()
                    if kind == 'hash' then return written(redis.call('HGET', key, member)) == value end
                    if kind == 'zset' then return written(redis.call('ZSCORE', key, member)) == value end
                    return kind == 'none' and value == '-'
                end
                local names, same = {}, kind == 'hash'
                for place = 1, tonumber(take()) do names[place] = take() end
                local values = same and redis.call('HMGET', key, unpack(names)) or {}
                for place = 1, #names do
                    if take() ~= written(values[place]) then same = false end
                end
                return same
            end

            -- Whether a key has longer to live than it would be left; and to remove it, or leave it so little.
            local function is_longer(key, life)
                if life < 0 then return true end
                local left = redis.call('PTTL', key)
                return left < 0 or left > life
            end
            local function clean(key, life)
                if life < 0 then return redis.pcall('UNLINK', key) end
                return redis.pcall('PEXPIRE', key, life)
            end

            """

    /// Removes sessions of one owner. KEYS: lease, stop, audit, the places of heartbeats, the sessions, and the keys
    /// that tell their owners where there are any. ARGV: see ``CleanupStore``.
    ///
    /// The audit record is written before the session goes: should it fail, everything that went has one. Should the
    /// session not go then, a second record says so, and the step ends.
    static let remove = CleanupScript(
        common + """
            local refused = refusal(KEYS[1])
            if refused then return refused end
            if redis.call('EXISTS', KEYS[2]) == 1 then return 'stopped' end
            local kind = redis.call('TYPE', KEYS[3]).ok
            if kind ~= 'none' and kind ~= 'stream' then return 'audit type' end
            local beats = tonumber(take())
            for beat = 1, beats do
                if not holds(KEYS[3 + beat]) then return 'heartbeat' end
            end
            local life = tonumber(take())
            local action = take()
            local limit = take()
            local shared = {}
            for place = 1, tonumber(take()) do shared[place] = take() end
            local at = string.format('%.0f', now)
            local function note(ref, age, action)
                redis.call('XADD', KEYS[3], 'MAXLEN', '~', limit, '*', 'v', '1', 'at', at, 'ref', ref, 'age_seconds',
                    age, 'action', action, unpack(shared))
            end
            local count, results = tonumber(take()), {}
            for place = 1, count do
                local key = KEYS[3 + beats + place]
                local ref = take()
                local created = tonumber(take())
                local age = created and string.format('%.0f', math.max(math.floor((now - created) / 1000), 0)) or ''
                local same = holds(key)
                if take() == 'owner' and not holds(KEYS[3 + beats + count + place]) then same = false end
                if not same then
                    results[place] = 'changed'
                elseif not is_longer(key, life) then
                    results[place] = 'short'
                else
                    note(ref, age, action)
                    local done = clean(key, life)
                    if type(done) == 'table' and done.err then
                        note(ref, age, 'kept')
                        return done
                    end
                    results[place] = 'cleaned'
                end
            end
            return results
            """)

    /// Writes fields of a hash that only the holder of the lease may write. KEYS: lease, the hash. ARGV: holder, epoch,
    /// fields and their values.
    static let note = CleanupScript(
        common + """
            local refused = refusal(KEYS[1])
            if refused then return refused end
            local kind = redis.call('TYPE', KEYS[2]).ok
            if kind ~= 'none' and kind ~= 'hash' then return 'gone type' end
            redis.call('HSET', KEYS[2], unpack(ARGV, 3))
            return 'noted'
            """)

    /// The lease alone, where keys are spread over a cluster. KEYS: the lease. ARGV: holder, epoch.
    static let isOurs = CleanupScript(common + "return refusal(KEYS[1]) or 'ours'")

    /// One session alone, where keys are spread over a cluster. KEYS: the session. ARGV: life, what it holds.
    static let removeOne = CleanupScript(
        common + """
            local life = tonumber(take())
            if redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
            if not holds(KEYS[1]) then return 'changed' end
            if not is_longer(KEYS[1], life) then return 'short' end
            local done = clean(KEYS[1], life)
            return type(done) == 'table' and done.err and done or 'cleaned'
            """)
}
