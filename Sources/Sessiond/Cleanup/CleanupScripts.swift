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
    /// Takes or renews the lease. KEYS: the lease. ARGV: holder, milliseconds.
    ///
    /// Its clock is the server's. An end farther off than a lease lasts is a clock that was set back: then it is free.
    static let takeLease = CleanupScript(
        """
        local lease = redis.call('HMGET', KEYS[1], 'v', 'holder', 'epoch', 'until')
        if (lease[1] and lease[1] ~= '1') or (not lease[1] and redis.call('EXISTS', KEYS[1]) == 1) then
            return {'version'}
        end
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local epoch, left = tonumber(lease[3] or '0'), tonumber(lease[4] or '0') - now
        if lease[2] ~= ARGV[1] and left > 0 and left <= tonumber(ARGV[2]) then
            return {'held', lease[2], epoch, left}
        end
        if lease[2] ~= ARGV[1] or left <= 0 then epoch = epoch + 1 end
        redis.call('HSET', KEYS[1], 'v', '1', 'holder', ARGV[1], 'epoch', string.format('%.0f', epoch),
            'until', string.format('%.0f', now + ARGV[2]))
        return {'ours', epoch}
        """)

    /// Ends the lease if it is ours. KEYS: the lease. ARGV: holder, epoch.
    static let releaseLease = CleanupScript(
        """
        local lease = redis.call('HMGET', KEYS[1], 'v', 'holder', 'epoch')
        if lease[1] == '1' and lease[2] == ARGV[1] and lease[3] == ARGV[2] then
            redis.call('HSET', KEYS[1], 'until', '0')
            return 1
        end
        return 0
        """)

    /// What the steps below have in common: they take their arguments one by one.
    private static let common = """
        local taken = 0
        local function take()
            taken = taken + 1
            return ARGV[taken]
        end

        -- Whether the lease is still of this holder and epoch.
        local function is_ours(key)
            local holder, epoch = take(), take()
            local lease = redis.call('HMGET', key, 'v', 'holder', 'epoch', 'until')
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            return lease[1] == '1' and lease[2] == holder and lease[3] == epoch and tonumber(lease[4] or '0') > now
        end

        -- A value of which it is known that it may be missing.
        local function written(value)
            return value and '+' .. value or '-'
        end

        -- Whether a key holds what the next arguments say, byte for byte.
        local function holds(key)
            local kind = take()
            local type = redis.call('TYPE', key).ok
            if kind == 'none' then return type == 'none' end
            if kind == 'text' then
                local wanted = take()
                return type == 'string' and redis.call('GET', key) == wanted
            end
            if kind == 'member' then
                local member, wanted = take(), take()
                if type == 'hash' then return written(redis.call('HGET', key, member)) == wanted end
                if type == 'zset' then return written(redis.call('ZSCORE', key, member)) == wanted end
                return type == 'none' and wanted == '-'
            end
            local names, same = {}, type == 'hash'
            for place = 1, tonumber(take()) do names[place] = take() end
            local values = same and redis.call('HMGET', key, unpack(names)) or {}
            for place = 1, #names do
                if take() ~= written(values[place]) then same = false end
            end
            return same
        end

        -- Removes a key, or leaves it little to live; says whether there was anything to do.
        local function is_longer(key, life)
            if life < 0 then return true end
            local left = redis.call('PTTL', key)
            return left < 0 or left > life
        end
        local function clean(key, life)
            if life < 0 then redis.call('UNLINK', key) else redis.call('PEXPIRE', key, life) end
        end

        """

    /// Removes sessions of one owner. KEYS: lease, stop, audit, the places of heartbeats, the sessions, and the keys
    /// that tell their owners where there are any. ARGV: see ``CleanupStore``.
    ///
    /// The audit record is written before the session goes: should it fail, everything that went has one.
    static let remove = CleanupScript(
        common + """
            if not is_ours(KEYS[1]) then return 'lease' end
            if redis.call('EXISTS', KEYS[2]) == 1 then return 'stopped' end
            local beats = tonumber(take())
            for beat = 1, beats do
                if not holds(KEYS[3 + beat]) then return 'heartbeat' end
            end
            local life, limit, shared = tonumber(take()), take(), {}
            for place = 1, tonumber(take()) do shared[place] = take() end
            local count = tonumber(take())
            local time = redis.call('TIME')
            local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
            local results = {}
            for place = 1, count do
                local key = KEYS[3 + beats + place]
                local ref, age = take(), take()
                local same = holds(key)
                if take() == 'owner' and not holds(KEYS[3 + beats + count + place]) then same = false end
                if not same then
                    results[place] = 'changed'
                elseif not is_longer(key, life) then
                    results[place] = 'short'
                else
                    redis.call('XADD', KEYS[3], 'MAXLEN', '~', limit, '*', 'at', now, 'ref', ref, 'age_seconds', age,
                        unpack(shared))
                    clean(key, life)
                    results[place] = 'cleaned'
                end
            end
            return results
            """)

    /// The lease alone, where keys are spread over a cluster. KEYS: the lease. ARGV: holder, epoch.
    static let isOurs = CleanupScript(common + "return is_ours(KEYS[1]) and 1 or 0")

    /// One session alone, where keys are spread over a cluster. KEYS: the session. ARGV: life, what it holds.
    static let removeOne = CleanupScript(
        common + """
            local life = tonumber(take())
            if redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
            if not holds(KEYS[1]) then return 'changed' end
            if not is_longer(KEYS[1], life) then return 'short' end
            clean(KEYS[1], life)
            return 'cleaned'
            """)
}
