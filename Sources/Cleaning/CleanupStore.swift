import Redis
import Sessions
import Watching

/// One thread's way to what replicas share in Redis, and to the steps that remove. Always on the master; a connection
/// is made when it is needed, and dropped after an error that it does not survive.
public struct CleanupStore: ~Copyable {
    public let keySpace: KeySpace
    let fingerprint: WatchFingerprint
    /// Fields of known owners that hold what is not ours.
    var voidFields: Set<[UInt8]> = []
    /// By dialect: how its sessions' values, and its heartbeats, are read.
    let sessionReaders: [SessionValueReader]
    let heartbeatReaders: [HeartbeatReader]
    var client: RedisClient

    public init(_ plan: WatchPlan) {
        keySpace = plan.keySpace
        fingerprint = plan.fingerprint
        sessionReaders = keySpace.dialects.map(SessionValueReader.init)
        heartbeatReaders = keySpace.dialects.map(HeartbeatReader.init)
        // Replicas are never asked, whatever is read from them otherwise.
        client = RedisClient(plan.deployment, limits: plan.limits)
    }

    /// Runs commands and gives their answers in order; the first error reply that is not `expected` is thrown, with
    /// what it came of: `of`, or the command's key.
    public mutating func run(
        _ commands: [[String]], of what: String? = nil, expected: (String) -> Bool = { _ in false }
    ) throws(CleanupFault) -> [RedisReply] {
        let name = what ?? commands.first?.dropFirst().first ?? ""
        let (replies, endpoint) = try ask(commands.map { RedisCommand($0) }, of: name)
        for (place, reply) in replies.enumerated() {
            guard case .error(let text) = reply, !expected(text) else { continue }
            throw fault(text, from: endpoint, of: what ?? commands[place].dropFirst().first ?? "")
        }
        return replies
    }

    /// Calls a script by its digest; where the server does not know it, by its text.
    public mutating func call(_ script: CleanupScript, _ call: ScriptCall, of what: String) throws(CleanupFault)
        -> RedisReply
    {
        let (reply, endpoint) = try self.call("EVALSHA", script.digest, [call], of: what)
        guard case .error(let text) = reply[0] else { return reply[0] }
        guard text.hasPrefix("NOSCRIPT") else { throw fault(text, from: endpoint, of: what) }
        let again = try self.call("EVAL", script.text, [call], of: what)
        if case .error(let text) = again.replies[0] { throw fault(text, from: again.endpoint, of: what) }
        return again.replies[0]
    }

    /// Calls a script in one pipeline; error replies are values.
    public mutating func call(
        _ command: String, _ script: String, _ calls: [ScriptCall], of what: String
    ) throws(CleanupFault) -> (replies: [RedisReply], endpoint: RedisEndpoint) {
        try ask(calls.map { $0.command(command, script) }, of: what)
    }

    /// An error reply as a fault. After some of them the server is to be looked for anew.
    public mutating func fault(_ text: String, from endpoint: RedisEndpoint, of what: String) -> CleanupFault {
        let fault = CleanupFault(.refusal(text, from: endpoint), of: what)
        // A master that was demoted answers so for ever.
        if case .readOnly = fault { client.drop() }
        return fault
    }
}

// MARK: - Questions

extension CleanupStore {
    private mutating func ask(
        _ commands: [RedisCommand], of what: String
    ) throws(CleanupFault) -> (replies: [RedisReply], endpoint: RedisEndpoint) {
        do throws(RedisError) {
            return (try client.run(commands), client.anyEndpoint)
        } catch {
            throw CleanupFault(error, of: what)
        }
    }

    /// Redis' time.
    public mutating func time() throws(CleanupFault) -> UnixTime {
        try Self.time(try run([["TIME"]], of: "TIME")[0])
    }

    public static func time(_ reply: RedisReply) throws(CleanupFault) -> UnixTime {
        let parts = reply.array?.compactMap(\.integer) ?? []
        guard parts.count == 2 else { throw .badRecord(key: "TIME", why: "it is no two numbers") }
        return UnixTime(milliseconds: parts[0] * 1000 + parts[1] / 1000)
    }
}

// MARK: - Lease

extension CleanupStore {
    /// Takes or renews the lease. Whoever `removes` takes it from an instance that only plans.
    mutating func takeLease(_ holder: String, removes: Bool) throws(CleanupFault) -> CleanupLease.Answer {
        var taking = ScriptCall(keys: [CleanupKeys.lease])
        taking.add(holder, String(Int(CleanupLease.seconds * 1000)), removes ? "1" : "0")
        let words = try call(.takeLease, taking, of: CleanupKeys.lease).array ?? []
        if let fault = Self.recordFault(words.first?.text) { throw fault }
        switch (words.first?.text, words.count) {
        case ("ours", 2):
            if let epoch = words[1].integer { return .held(epoch: Int(epoch)) }
        case ("held", 4):
            if let name = words[1].text, let epoch = words[2].integer, let left = words[3].integer {
                return .heldBy(name, epoch: Int(epoch), secondsLeft: Double(left) / 1000)
            }
        default: break
        }
        throw .badRecord(key: CleanupKeys.lease, why: "it is no lease")
    }

    /// Ends the lease, if it is still ours.
    mutating func releaseLease(_ holder: String, epoch: Int) throws(CleanupFault) {
        var release = ScriptCall(keys: [CleanupKeys.lease])
        release.add(holder, String(epoch))
        let word = try call(.releaseLease, release, of: CleanupKeys.lease).text
        if let fault = Self.recordFault(word) { throw fault }
    }

    /// What a script found wrong with a key of ours.
    static func recordFault(_ word: String?) -> CleanupFault? {
        switch word {
        case "lease type": .badRecord(key: CleanupKeys.lease, why: "it is of another type")
        case "lease version": .unknownVersion(key: CleanupKeys.lease)
        case "lease broken": .badRecord(key: CleanupKeys.lease, why: "it lacks a holder, an epoch or an end")
        case "audit type": .badRecord(key: CleanupKeys.audit, why: "it is of another type")
        default: nil
        }
    }
}
