import Sessions

// The store of removed sessions. A *part* is a hash: for each session of one run its ref, and a record of what is needed
// to restore it (``UndoRecord``). The *index* is a hash too: for each part how many sessions and bytes it holds, and
// until when it is kept (``UndoPart``). All of them are in one slot of a cluster.

extension CleanupScript {
    /// Lua for scripts that change the store. Parts expire by themselves, so the index may name some that are gone.
    static let undoStore = """
        local function netstring(text) return #text .. ':' .. text .. ',' end

        -- The undo record of a session with `left` ms to live. `owner` holds the fields that a batch shares. It is one
        -- concatenation, since Lua stores each string that it makes.
        local function record(key, left, owner)
            local ends = left < 0 and '-' or string.format('%.0f', now + left)
            local dump = redis.call('DUMP', key)
            return #key .. ':' .. key .. ',' .. #ends .. ':' .. ends .. ',' .. owner .. #dump .. ':' .. dump .. ','
        end

        local function set_part(index, name, sessions, bytes, ends)
            redis.call('HSET', index, name, string.format('%.0f %.0f %.0f', sessions, bytes, ends))
        end

        -- Its sessions, its bytes, and the time at which it expires; nil if the index does not name it.
        local function part_of(text)
            local sessions, bytes, ends = (text or ''):match('^(%d+) (%d+) (%d+)$')
            return sessions and {sessions = tonumber(sessions), bytes = tonumber(bytes), ends = tonumber(ends)}
        end

        local function size_of(ref, record) return #ref + #record + \(UndoPart.overheadBytes) end

        -- Takes sessions out of a part. `records` are theirs; false for one that it does not hold.
        local function forget(index, name, refs, records)
            local part, bytes, held = part_of(redis.call('HGET', index, name)), 0, {}
            for place, ref in ipairs(refs) do
                if records[place] then
                    held[#held + 1], bytes = ref, bytes + size_of(ref, records[place])
                end
            end
            if #held == 0 then return 0 end
            redis.call('HDEL', index .. ':' .. name, unpack(held))
            if part and part.sessions <= #held then
                redis.call('HDEL', index, name)
            elseif part then
                set_part(index, name, part.sessions - #held, math.max(part.bytes - bytes, 0), part.ends)
            end
            return #held
        end

        -- Adds sessions to a part, for `life` ms. If the store would hold more than `limit` bytes, the oldest other
        -- parts go. Returns the number of sessions that went, or nil if there is no room even then.
        local function keep(index, name, refs, records, life, limit)
            local added = 0
            for place, ref in ipairs(refs) do added = added + size_of(ref, records[place]) end
            local own, others, total = {sessions = 0, bytes = 0}, {}, added
            local held = redis.call('HGETALL', index)
            for place = 1, #held, 2 do
                local part = part_of(held[place + 1])
                if not part or part.ends <= now then
                    redis.call('HDEL', index, held[place])
                else
                    part.name, total = held[place], total + part.bytes
                    if part.name == name then own = part else others[#others + 1] = part end
                end
            end
            if own.bytes + added > limit then return nil end
            table.sort(others, function(one, other) return one.ends < other.ends end)
            local dropped, place = 0, 1
            while total > limit or #others - place + 1 >= \(UndoPart.limit) do
                local part = others[place]
                redis.call('UNLINK', index .. ':' .. part.name)
                redis.call('HDEL', index, part.name)
                dropped, total, place = dropped + part.sessions, total - part.bytes, place + 1
            end
            local words = {}
            for place, ref in ipairs(refs) do words[#words + 1], words[#words + 2] = ref, records[place] end
            local key, ends = index .. ':' .. name, now + life
            redis.call('HSET', key, unpack(words))
            redis.call('PEXPIREAT', key, string.format('%.0f', ends))
            set_part(index, name, own.sessions + #refs, own.bytes + added, ends)
            local left = redis.call('PTTL', index)
            if left < life then redis.call('PEXPIREAT', index, string.format('%.0f', ends)) end
            return dropped
        end

        """

    /// Keeps sessions that are about to be removed, for a cluster. KEYS: the index and the part. ARGV: the part's name,
    /// life, limit, and for each session its ref and its record. Returns the number of sessions that had to go, or -1 if
    /// there is no room.
    static let keepUndo = CleanupScript(
        common + undoStore + """
            local name, life, limit = take(), tonumber(take()), tonumber(take())
            local refs, records = {}, {}
            while taken < #ARGV do refs[#refs + 1], records[#records + 1] = take(), take() end
            return keep(KEYS[1], name, refs, records, life, limit) or -1
            """)

    /// Takes sessions out of a part. KEYS: the index and the part. ARGV: the part's name and the refs. Returns the
    /// number of sessions that it held.
    static let forgetUndo = CleanupScript(
        common + undoStore + """
            local name, refs = take(), {}
            while taken < #ARGV do refs[#refs + 1] = take() end
            return forget(KEYS[1], name, refs, redis.call('HMGET', KEYS[2], unpack(refs)))
            """)

    /// Lua that restores one session, if it may live on.
    private static let restoring = """
        -- Puts a session back. Returns what became of it, and then, if it is back, how to take it away again. An error
        -- of Redis is returned as such.
        local function restore(key, deadline, dump)
            local ends = tonumber(deadline)
            if ends and ends <= now then return 'expired' end
            local done = redis.pcall('RESTORE', key, ends and deadline or 0, dump, 'ABSTTL')
            if not done.err then return 'restored', {'UNLINK', key} end
            if redis.call('EXISTS', key) == 0 then return done end
            -- It may only have been given less time to live.
            local left = redis.call('PTTL', key)
            local is_shorter = left >= 0 and (not ends or now + left < ends)
            if not is_shorter or redis.call('DUMP', key) ~= dump then return 'present' end
            if ends then
                redis.call('PEXPIREAT', key, deadline)
            else
                redis.call('PERSIST', key)
            end
            return 'restored', {'PEXPIREAT', key, string.format('%.0f', now + left)}
        end

        """

    /// Restores sessions of one owner from a part. KEYS: the index, the part, the audit and the sessions. ARGV: the
    /// part's name; the action of the audit record, its maximum length, the number of its trailing words and the words;
    /// the refs; and for each session its deadline in milliseconds or `-`, and its dump. Returns for each session `restored`;
    /// `present` if its key is there; `expired`; or `gone` if the part does not hold it any more.
    ///
    /// Nothing is restored without its audit record: if that cannot be written, all of it is taken back.
    static let restore = CleanupScript(
        common + undoStore + restoring + """
            local kind = redis.call('TYPE', KEYS[3]).ok
            if kind ~= 'none' and kind ~= 'stream' then return 'audit type' end
            local name, action, limit, shared = take(), take(), take(), {}
            for place = 1, tonumber(take()) do shared[place] = take() end
            local at, from = string.format('%.0f', now), 1
            local all = {}
            for place = 1, #KEYS - 3 do all[place] = take() end
            local records = redis.call('HMGET', KEYS[2], unpack(all))
            local results, refs, ages, handled, takeBack, failed = {}, {}, {}, {}, {}, nil
            for place, ref in ipairs(all) do
                local deadline, dump = take(), take()
                local result, back = 'gone', nil
                if records[place] then result, back = restore(KEYS[3 + place], deadline, dump) end
                if type(result) == 'table' then
                    failed = result
                    break
                end
                results[place], handled[place] = result, ref
                if back then
                    refs[#refs + 1], ages[#ages + 1], takeBack[#takeBack + 1] = ref, '-', back
                end
            end
            if #refs > 0 then
                local noted = redis.pcall(
                    'XADD', KEYS[3], 'MAXLEN', '~', limit, '*', \(AuditEntry.scriptWords), unpack(shared))
                if type(noted) == 'table' and noted.err then
                    for _, back in ipairs(takeBack) do redis.call(unpack(back)) end
                    return noted
                end
            end
            forget(KEYS[1], name, handled, records)
            if failed and #handled == 0 then return failed end
            return results
            """)

    /// Restores one session, for a cluster. KEYS: the session. ARGV: its deadline in milliseconds or `-`, and its dump.
    static let restoreOne = CleanupScript(
        common + restoring + "return (restore(KEYS[1], take(), take()))")
}
