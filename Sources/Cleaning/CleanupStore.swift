import Redis
import Sessions
import Watching

/// A single thread's access to the state that instances share in Redis, and to the steps that remove. It always talks
/// to the master. It connects on demand, and drops a connection that an error has made unusable.
public struct CleanupStore: ~Copyable {
    public let keySpace: KeySpace
    let fingerprint: WatchFingerprint
    /// Fields of known owners whose records are not ours.
    var voidFields: Set<[UInt8]> = []
    /// The readers of session values and of heartbeats, by dialect.
    let sessionReaders: [SessionValueReader]
    let heartbeatReaders: [HeartbeatReader]
    var client: RedisClient
    /// The part of the undo store to which removed sessions are added.
    var undoPart = OpenUndoPart()
    /// The number of sessions that the undo store had to drop, and that nobody has counted yet.
    var undoDropped = 0

    public init(_ plan: WatchPlan) {
        keySpace = plan.keySpace
        fingerprint = plan.fingerprint
        sessionReaders = keySpace.dialects.map(SessionValueReader.init)
        heartbeatReaders = keySpace.dialects.map(HeartbeatReader.init)
        // Cleanup never reads from replicas, even if all other reads may.
        client = RedisClient(plan.deployment, limits: plan.limits)
    }

    /// Runs commands and returns their replies in order. Throws the first error reply that is not `expected`; the error
    /// names its subject `of`, or else the command's key.
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

    /// Calls a script by its digest, or by its text if the server does not know it.
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

    /// Calls a script several times in one pipeline; error replies are returned as values.
    public mutating func call(
        _ command: String, _ script: String, _ calls: [ScriptCall], of what: String
    ) throws(CleanupFault) -> (replies: [RedisReply], endpoint: RedisEndpoint) {
        try ask(calls.map { $0.command(command, script) }, of: what)
    }

    /// Turns an error reply into a fault, and drops the connection if the server must be found anew.
    public mutating func fault(_ text: String, from endpoint: RedisEndpoint, of what: String) -> CleanupFault {
        let fault = CleanupFault(.refusal(text, from: endpoint), of: what)
        // A demoted master would give this answer forever.
        if case .readOnly = fault { client.drop() }
        return fault
    }
}

// MARK: - Commands

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
        guard parts.count == 2 else { throw .badRecord(key: "TIME", why: "it is not two numbers") }
        return UnixTime(milliseconds: parts[0] * 1000 + parts[1] / 1000)
    }
}

// MARK: - Lease

extension CleanupStore {
    /// Takes or renews the lease. An instance that `removes` takes it from one that only plans.
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
        throw .badRecord(key: CleanupKeys.lease, why: "the lease script gave an unexpected reply")
    }

    /// Ends the lease, if it is still ours.
    mutating func releaseLease(_ holder: String, epoch: Int) throws(CleanupFault) {
        var release = ScriptCall(keys: [CleanupKeys.lease])
        release.add(holder, String(epoch))
        let word = try call(.releaseLease, release, of: CleanupKeys.lease).text
        if let fault = Self.recordFault(word) { throw fault }
    }

    /// The fault that a script found in one of our keys.
    static func recordFault(_ word: String?) -> CleanupFault? {
        switch word {
        case "lease type": .badRecord(key: CleanupKeys.lease, why: "it has the wrong type")
        case "lease version": .unknownVersion(key: CleanupKeys.lease)
        case "lease broken": .badRecord(key: CleanupKeys.lease, why: "it lacks a holder, an epoch or an end")
        case "audit type": .badRecord(key: CleanupKeys.audit, why: "it has the wrong type")
        case "undo full": .undoFull
        default: nil
        }
    }
}
