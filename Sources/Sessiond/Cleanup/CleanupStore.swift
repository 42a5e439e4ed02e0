import Redis
import Sessions

/// One thread's way to what replicas share in Redis, and to the steps that remove. Always on the master; a connection is
/// made when it is needed, and dropped after an error that it does not survive.
struct CleanupStore: ~Copyable {
    let keySpace: KeySpace
    let site: ServerSite?
    let seeds: [RedisEndpoint]
    let limits: RedisConnection.Limits
    var connection: RedisConnection?
    var cluster: RedisCluster?

    var isCluster: Bool { site == nil }

    init(_ plan: WatchPlan) {
        keySpace = plan.keySpace
        limits = plan.limits
        switch plan.deployment {
        case .server(let endpoint): (site, seeds) = (.server(endpoint), [])
        case .sentinel(let sentinels): (site, seeds) = (.masterOf(sentinels), [])
        case .cluster(let all): (site, seeds) = (nil, all)
        }
    }

    /// Runs commands and gives their answers in order; the first error reply that is not `expected` is thrown, with
    /// what `of` says it came of.
    mutating func run(
        _ commands: [[String]], of what: String, expected: (String) -> Bool = { _ in false }
    ) throws(CleanupFault) -> [RedisReply] {
        let replies: [RedisReply]
        let endpoint: RedisEndpoint
        do throws(RedisError) {
            if let site {
                var open = if let kept = connection.take() { kept } else { try site.open(limits) }
                endpoint = open.endpoint
                replies = try open.answers(to: commands)
                connection = consume open
            } else {
                var open = if let kept = cluster.take() { kept } else { RedisCluster(seeds: seeds, limits: limits) }
                endpoint = open.anyEndpoint
                replies = try open.run(commands.map { RedisCommand($0, keyIndex: Self.keyIndex(of: $0)) })
                cluster = consume open
            }
        } catch {
            throw CleanupFault(error, of: what)
        }
        for case .error(let text) in replies where !expected(text) {
            let fault = CleanupFault(.refusal(text, from: endpoint), of: what)
            // A master that was demoted answers so for ever: the next one is to be looked for.
            if case .readOnly = fault { connection = nil }
            throw fault
        }
        return replies
    }

    private static func keyIndex(of words: [String]) -> Int? {
        switch words[0] {
        case "EVAL", "EVALSHA": 3
        case "TIME", "INFO": nil
        default: 1
        }
    }

    /// Calls a script by its digest; where the server does not know it, by its text.
    mutating func call(
        _ script: CleanupScript, _ calls: [(keys: [String], arguments: [String])], of what: String
    ) throws(CleanupFault) -> [RedisReply] {
        func words(_ name: String, _ text: String, _ call: (keys: [String], arguments: [String])) -> [String] {
            [name, text, String(call.keys.count)] + call.keys + call.arguments
        }
        var replies = try run(
            calls.map { words("EVALSHA", script.digest, $0) }, of: what, expected: { $0.hasPrefix("NOSCRIPT") })
        let unknown = replies.indices.filter { if case .error = replies[$0] { true } else { false } }
        guard !unknown.isEmpty else { return replies }
        let again = try run(unknown.map { words("EVAL", script.text, calls[$0]) }, of: what)
        for (place, reply) in zip(unknown, again) { replies[place] = reply }
        return replies
    }

    /// Redis' time.
    mutating func time() throws(CleanupFault) -> UnixTime {
        let parts = try run([["TIME"]], of: "TIME").first?.array?.compactMap(\.integer) ?? []
        guard parts.count == 2 else { throw .badRecord(key: "TIME", why: "it is no two numbers") }
        return UnixTime(milliseconds: parts[0] * 1000 + parts[1] / 1000)
    }
}

// MARK: - Lease

extension CleanupStore {
    /// Takes or renews the lease.
    mutating func takeLease(_ holder: String) throws(CleanupFault) -> CleanupLease.Answer {
        let milliseconds = String(Int(CleanupLease.seconds * 1000))
        let reply = try call(.takeLease, [([CleanupKeys.lease], [holder, milliseconds])], of: CleanupKeys.lease)[0]
        let words = reply.array ?? []
        switch words.first?.text {
        case "ours":
            if let epoch = words.last?.integer { return .held(epoch: Int(epoch)) }
        case "held":
            if words.count == 4, let name = words[1].text, let epoch = words[2].integer, let left = words[3].integer {
                return .heldBy(name, epoch: Int(epoch), secondsLeft: Double(left) / 1000)
            }
        case "version": throw .unknownVersion(key: CleanupKeys.lease)
        default: break
        }
        throw .badRecord(key: CleanupKeys.lease, why: "it is no lease")
    }

    /// Ends the lease, if it is still ours.
    mutating func releaseLease(_ holder: String, epoch: Int) throws(CleanupFault) {
        _ = try call(.releaseLease, [([CleanupKeys.lease], [holder, String(epoch)])], of: CleanupKeys.lease)
    }
}
