import Digests
import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Sessiond

/// The metrics, the API and a count that Redis does by itself say the same.
@Suite(.ownThreads) struct CountsAgreeRedisTests {
    /// Counts by a way of its own: KEYS, TYPE and Redis' JSON library. Answers `word count word count ...`.
    private static let count = """
        local counts = {}
        local function add(word) counts[word] = (counts[word] or 0) + 1 end
        local alive = {}
        for _, key in ipairs(redis.call('KEYS', 'mcp:node:*')) do
            alive[string.sub(key, 10)] = cjson.decode(redis.call('GET', key)).boot
        end
        local denied = {':listener', ':events', ':active', ':auth', ':notes', ':counter'}
        for _, key in ipairs(redis.call('KEYS', 'mcp:session:*')) do
            local id, type = string.sub(key, 13), redis.call('TYPE', key).ok
            local isDenied, record, bad = false, nil, nil
            for _, suffix in ipairs(denied) do
                if #id > #suffix and string.sub(id, -#suffix) == suffix then isDenied = true end
            end
            if isDenied then add('suffix')
            elseif #id < 1 or #id > 1024 then add('id_length')
            elseif string.find(id, '[^\\33-\\126]') then add('id_charset')
            elseif type ~= 'string' and type ~= 'hash' then add('type')
            else
                if type == 'hash' then
                    local values = redis.call('HMGET', key, 'node', 'boot')
                    record = {node = values[1], boot = values[2]}
                else
                    local value = redis.call('GET', key)
                    if #value > 65536 then bad = 'too_large'
                    elseif string.sub(value, 1, 1) == '{' then
                        local isRead, decoded = pcall(cjson.decode, value)
                        if not isRead then bad = 'bad_json'
                        elseif decoded.created_at == 'yesterday' then bad = 'bad_time'
                        else record = decoded end
                    end
                end
                if redis.call('TTL', key) == -1 then add('no_expiry') end
                if bad then add(bad)
                elseif not record or not record.node then add('unowned')
                elseif not alive[record.node] then add('owner_unknown')
                elseif alive[record.node] == record.boot then add('owned')
                else add('owner_restarted') end
            end
        end
        local words = {}
        for word, number in pairs(counts) do words[#words + 1] = word; words[#words + 1] = tostring(number) end
        return words
        """

    @Test(arguments: [UInt64.random(in: 0 ... .max), 1])
    func on5000RandomKeysOfEveryKind(seed: UInt64) async throws {
        print("seed \(seed)")
        var random = RandomKeys(seed: seed, now: 0)
        let redis = try PrivateRedis()
        random.now = try redis.now()
        try redis.run(random.heartbeats + (0..<5_000).flatMap { _ in random.key() })
        let watched = WatchedRegistry(redis) { $0.nodes.unknownAfterSeconds = 0 }
        try await watched.read()

        let words = (try redis.run([["EVAL", Self.count, "0"]])[0].array ?? []).compactMap(\.text)
        var expected: [String: Int] = [:]
        for position in stride(from: 0, to: words.count, by: 2) { expected[words[position]] = Int(words[position + 1]) }
        #expect(expected.count == 12, "each kind is among them")
        #expect(try Self.status(of: watched) == expected, "the status, seed \(seed)")
        #expect(Self.metrics(of: watched) == expected, "the metrics, seed \(seed)")
        #expect(try Self.listing(of: watched) == expected.filter { Self.isState($0.key) }, "the listing, seed \(seed)")
    }

    private static func isState(_ word: String) -> Bool {
        !["suffix", "type", "id_length", "id_charset"].contains(word)
    }

    private static func status(of watched: WatchedRegistry) throws -> [String: Int] {
        let data = try watched.json("/api/v1/status")["data"]
        let sessions = data?["sessions"]
        var counts: [String: Int] = [:]
        for word in ["owned", "unowned", "no_expiry"] { counts[word] = sessions?[word]?.int }
        let groups = [sessions?["orphaned_by_reason"], sessions?["malformed_by_reason"], data?["keys"]?["skipped"]]
        for (word, number) in groups.flatMap({ $0?.object ?? [] }) { counts[word] = number.int }
        return counts.filter { $0.value > 0 }
    }

    private static func metrics(of watched: WatchedRegistry) -> [String: Int] {
        let page = watched.page()
        var counts = ["no_expiry": Int(page["mcp_registry_sessions_without_ttl"] ?? -1)]
        for state in ["owned", "unowned"] { counts[state] = Int(page.sum("mcp_registry_sessions", "\"\(state)\"")) }
        for family in ["orphaned_sessions", "malformed_keys", "skipped_keys"] {
            for sample in page.samples where sample.series.hasPrefix("mcp_registry_\(family){") {
                let reason = sample.series.split(separator: "\"").dropLast().last.map(String.init) ?? ""
                counts[reason, default: 0] += Int(sample.value) ?? -1
            }
        }
        return counts.filter { $0.value > 0 }
    }

    /// Counted over all pages of the listing.
    private static func listing(of watched: WatchedRegistry) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        var cursor = ""
        repeat {
            let page = try watched.json("/api/v1/sessions?limit=700&cursor=\(cursor)")
            for row in page["data"]?.array ?? [] {
                let state = row["state"]?.string ?? ""
                let word = ["orphaned", "malformed"].contains(state) ? row["reason"]?.string ?? "" : state
                counts[word, default: 0] += 1
                if row["no_expiry"] == true { counts["no_expiry", default: 0] += 1 }
            }
            cursor = page["next_cursor"]?.string ?? ""
        } while !cursor.isEmpty
        return counts
    }
}

/// Session keys of every kind, drawn from a seed.
struct RandomKeys {
    private var generator: SplitMix64
    var now: Int
    private var drawn = 0

    init(seed: UInt64, now: Int) {
        generator = SplitMix64(seed: seed)
        self.now = now
    }

    var heartbeats: [[String]] { (1...4).map { ["SET", "mcp:node:node-\($0)", "{\"boot\":\"boot-2\"}"] } }

    /// The commands that make one key, or a few. Nodes 1 to 4 live with their second boot, 5 and 6 never beat.
    mutating func key() -> [[String]] {
        drawn += 1
        let key = "mcp:session:\(generator.uuid())"
        let node = "node-\(Int.random(in: 1...6, using: &generator))"
        let boot = "boot-\(Int.random(in: 1...2, using: &generator))"
        let expiry =
            Bool.random(using: &generator) ? ["EX", "\(Int.random(in: 1_000...100_000, using: &generator))"] : []
        switch Int.random(in: 0..<24, using: &generator) {
        case 0..<8: return [["SET", key, "{\"node\":\"\(node)\",\"boot\":\"\(boot)\",\"created_at\":\(now)}"] + expiry]
        case 8, 9: return [["HSET", key, "node", node, "boot", boot, "created_at", "\(now)"]]
        case 10: return [["HSET", key, "note", "no owner"]]
        case 11: return [["SET", key, "1"] + expiry]
        case 12: return [["SET", key, ""] + expiry]
        case 13: return [["SET", key, "{\"created_at\":\(now)}"] + expiry]
        case 14: return [["SET", key, "{\"node\":\"\(node)\",\"boot"] + expiry]
        case 15: return [["SET", key, "{\"node\":\"\(node)\",\"created_at\":\"yesterday\"}"] + expiry]
        // Large values cost time: a few will do.
        case 16 where drawn % 10 == 0:
            return [["SET", key, "{\"pad\":\"\(String(repeating: "x", count: 66_000))\"}"] + expiry]
        case 16, 17: return [["SET", key + [":listener", ":events", ":counter"][drawn % 3], "1"] + expiry]
        case 18: return [["RPUSH", key, "a", "b"]]
        case 19: return [["SADD", key, "a"], ["ZADD", key + "z", "1", "a"]]
        case 20: return [["SET", key + String(repeating: "x", count: 1_024), "1"] + expiry]
        case 21: return [["SET", key + " x", "1"] + expiry]
        case 22: return [["SET", key + "-é", "1"] + expiry]
        default:
            return [
                ["SET", "mcp:session:eyJ*[?]\\\"{:\(drawn)", "{\"node\":\"\(node)\",\"boot\":\"\(boot)\"}"] + expiry
            ]
        }
    }
}
