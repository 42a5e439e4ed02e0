import Digests
import Sessions

/// A Lua script that Redis runs as one atomic step.
public struct CleanupScript: Sendable {
    let text: String
    /// The SHA-1 by which `EVALSHA` names it.
    let digest: String

    init(_ text: String) {
        self.text = text
        digest = SHA1.hex(Array(text.utf8))
    }
}

extension CleanupScript {
    /// The part that all scripts share: the server's clock, and the reader of the lease.
    private static let reading = """
        local function clock()
            local time = redis.call('TIME')
            return time[1] * 1000 + math.floor(time[2] / 1000)
        end
        local now = clock()

        -- Returns what is wrong with the lease, or nil and its content.
        local function read(key)
            local kind = redis.call('TYPE', key).ok
            if kind == 'none' then return nil, {epoch = 0, ends = 0} end
            if kind ~= 'hash' then return 'lease type' end
            local held = redis.call('HMGET', key, 'v', 'holder', 'epoch', 'until', 'removes')
            if held[1] ~= '1' then return 'lease version' end
            local lease = {holder = held[2], epoch = tonumber(held[3] or ''), ends = tonumber(held[4] or ''),
                removes = held[5] ~= '0'}
            if not lease.holder or not lease.epoch or not lease.ends then return 'lease broken' end
            return nil, lease
        end

        """

    /// Takes or renews the lease. KEYS: the lease. ARGV: holder, milliseconds, 1 for one that removes.
    ///
    /// If the lease ends further ahead than a lease lasts, a clock was set back, and the lease is free. An instance
    /// that removes may also take it from a holder that only plans.
    static let takeLease = CleanupScript(
        reading + """
            local fault, lease = read(KEYS[1])
            if fault then return {fault} end
            local epoch, left = lease.epoch, lease.ends - now
            local yields = not lease.removes and ARGV[3] == '1'
            if lease.holder ~= ARGV[1] and left > 0 and left <= tonumber(ARGV[2]) and not yields then
                return {'held', lease.holder, epoch, left}
            end
            if lease.holder ~= ARGV[1] or left <= 0 then epoch = epoch + 1 end
            redis.call('HSET', KEYS[1], 'v', '1', 'holder', ARGV[1], 'epoch', string.format('%.0f', epoch),
                'until', string.format('%.0f', now + ARGV[2]), 'removes', ARGV[3])
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

    /// The part that the scripts below share: they take their arguments one by one.
    static let common =
        reading + """
            local taken = 0
            local function take()
                taken = taken + 1
                return ARGV[taken]
            end

            -- True if the judgement does not hold now: it came too late, or the clock was set back in the meantime.
            -- -- Takes two arguments: the times from when and until when it holds.
            local function is_late()
                local from, to = tonumber(take()), tonumber(take())
                return now < from or now > to
            end

            -- Why the judged sessions may not be removed now; nil if they may.
            -- -- Takes four arguments: the lease's holder and epoch, and the times from when and until when the
            -- judgement holds.
            local function refusal(key)
                local holder = take()
                local epoch = tonumber(take())
                local fault, lease = read(key)
                if fault then return fault end
                if is_late() then return 'late' end
                if lease.holder ~= holder or lease.epoch ~= epoch or lease.ends <= now then return 'lease' end
            end

            -- Encodes a value that may be missing.
            local function written(value)
                return value and '+' .. value or '-'
            end

            -- True if a key holds, byte for byte, what the next arguments say. `text`, if known, is the key's string
            -- value (false if it holds no string).
            local function holds(key, text)
                local wanted = take()
                if wanted == 'never' then return false end
                if wanted == 'text' and text ~= nil then return text == take() end
                local kind = redis.call('TYPE', key).ok
                if wanted == 'none' then return kind == 'none' end
                if wanted == 'text' then
                    local value = take()
                    return kind == 'string' and redis.call('GET', key) == value
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

            -- True if a key expires at the time in the next argument, in milliseconds of the server's clock; `-` means
            -- never. The server may pause before PTTL answers, so the key expires somewhere between the two computed
            -- times. Returns the key's time to live as well.
            local function ends_as_judged(key)
                local judged, least = take(), \(Int(CleanupPolicy.renewedSeconds * 1000))
                local left = redis.call('PTTL', key)
                if judged == '-' then return left < 0, left end
                return left >= 0 and now + left > judged - least and clock() + left < judged + least, left
            end

            -- True if a key with `left` ms to live would live longer than the time that it shall be left.
            local function is_longer(left, life) return life < 0 or left < 0 or left > life end

            -- Removes keys, or expires them after `life` ms. On failure returns the error and the number of keys done
            -- before it.
            local function clean(keys, life)
                if life < 0 then
                    local done = redis.pcall('UNLINK', unpack(keys))
                    if type(done) == 'table' then return done, 0 end
                    return
                end
                for place, key in ipairs(keys) do
                    local done = redis.pcall('PEXPIRE', key, life)
                    if type(done) == 'table' then return done, place - 1 end
                end
            end

            """

    /// Removes or expires sessions of one owner. KEYS: lease, suspension, audit, the undo store's index and part, the
    /// heartbeat places, the sessions, and the keys that name their owners, if there are any. ARGV: see
    /// ``CleanupStore``. Returns the result for each session, and then the number of sessions that the undo store had
    /// to drop.
    ///
    /// The undo records and then the audit record are written before the sessions are touched: if that fails, no
    /// session is. If the removal then fails, a second record says which sessions stayed.
    public static let remove = CleanupScript(
        common + undoStore + """
            local refused = refusal(KEYS[1])
            if refused then return refused end
            if redis.call('EXISTS', KEYS[2]) == 1 then return 'stopped' end
            local kind = redis.call('TYPE', KEYS[3]).ok
            if kind ~= 'none' and kind ~= 'stream' then return 'audit type' end
            local heartbeats = tonumber(take())
            for number = 1, heartbeats do
                local same = holds(KEYS[5 + number])
                if take() == 'ends' and not ends_as_judged(KEYS[5 + number]) then same = false end
                if not same then return 'heartbeat' end
            end
            local life = tonumber(take())
            local action = take()
            local limit = take()
            local shared = {}
            for place = 1, tonumber(take()) do shared[place] = take() end
            local undo_life, undo_limit, undo_name = tonumber(take()), tonumber(take()), take()
            local owner = netstring(take()) .. netstring(take()) .. netstring(take())
            local at = string.format('%.0f', now)
            local first, count = 6 + heartbeats, tonumber(take())
            local texts = count > 0 and redis.call('MGET', unpack(KEYS, first, first + count - 1)) or {}
            local has_owners = #KEYS >= first + count
            local keys, refs, ages, lefts, results = {}, {}, {}, {}, {}
            for place = 1, count do
                local key, ref, age = KEYS[first + place - 1], take(), take()
                local same = holds(key, texts[place])
                local lasts, left = ends_as_judged(key)
                if has_owners and take() == 'owner' and not holds(KEYS[first + count + place - 1]) then same = false end
                if not same then
                    results[place] = 'changed'
                elseif not lasts then
                    results[place] = 'renewed'
                elseif not is_longer(left, life) then
                    results[place] = 'short'
                else
                    local number = #keys + 1
                    keys[number], refs[number], ages[number], lefts[number] = key, ref, age, left
                    results[place] = 'cleaned'
                end
            end
            results[count + 1] = 0
            if #keys == 0 then return results end
            local records = {}
            if undo_life > 0 then
                for place, key in ipairs(keys) do
                    records[place] = record(key, lefts[place], owner)
                end
                local dropped = keep(KEYS[4], undo_name, refs, records, undo_life, undo_limit)
                if not dropped then return 'undo full' end
                results[count + 1] = dropped
            end
            local function note(from, action)
                return redis.pcall('XADD', KEYS[3], 'MAXLEN', '~', limit, '*', \(AuditEntry.scriptWords), unpack(shared))
            end
            local function forget_from(from)
                if undo_life > 0 then
                    forget(KEYS[4], undo_name, {unpack(refs, from)}, {unpack(records, from)})
                end
            end
            local noted = note(1, action)
            if type(noted) == 'table' then
                forget_from(1)
                return noted
            end
            local failed, done = clean(keys, life)
            if failed then
                note(done + 1, 'kept')
                forget_from(done + 1)
                return failed
            end
            return results
            """)

    /// Checks only the lease, for a cluster, whose keys are on several servers. KEYS: the lease. ARGV: holder, epoch,
    /// and the times from when and until when the judgement holds.
    static let isOurs = CleanupScript(common + "return refusal(KEYS[1]) or 'ours'")

    /// Removes or expires one session, for a cluster, whose keys are on several servers. KEYS: the session. ARGV: the
    /// times from when and until when the judgement holds, life, the expected content, the expected expiry, and the
    /// SHA-1 of the dump that the undo store holds, or `-`.
    static let removeOne = CleanupScript(
        common + """
            if is_late() then return 'late' end
            local life = tonumber(take())
            if redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
            if not holds(KEYS[1]) then return 'changed' end
            local lasts, left = ends_as_judged(KEYS[1])
            if not lasts then return 'renewed' end
            local digest = take()
            if digest ~= '-' and redis.sha1hex(redis.call('DUMP', KEYS[1])) ~= digest then return 'changed' end
            if not is_longer(left, life) then return 'short' end
            return clean({KEYS[1]}, life) or 'cleaned'
            """)
}
