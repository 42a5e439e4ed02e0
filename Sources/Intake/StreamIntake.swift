import Configuration
import Events
import Redis
import ServiceLifecycle
import Sessions
import Workers

/// An actor that reads events from a Redis stream as a member of a consumer group. It acknowledges an entry once it is
/// judged and counted. Entries that a member took and never acknowledged are claimed after a while.
public actor StreamIntake: Service, CustomStringConvertible {
    static let batch = 500
    /// The number of events that a batch may bring: a line may also end the event of the line before.
    static let roomPerBatch = 2 * batch
    static let blockMilliseconds = 1000
    static let briefBlockMilliseconds = 20
    /// The number of entries that may wait to be judged; beyond it no more are read. Refused requests that wait for proof
    /// must not hold it up.
    static let unacknowledgedLimit = 2 * EventIntake.capacity

    private let thread = BlockingThread(label: "event stream")
    private let intake: EventIntake
    private let judge: EventJudge
    private let stream: EventSettings.Stream
    private let log: Int
    private let consumer: String
    private let options: LineReader.Options
    private var backoff = Backoff()
    /// A client that never asks a replica, since reading by a group writes.
    private var client: RedisClient
    /// Batches of entries that were taken in, each with the count of events accepted by then.
    private var unacknowledged: [(ids: [String], accepted: Int)] = []
    private var lastClaim = 0.0
    private var lastTrimmed = 0

    /// The age at which another member's entries are claimed: longer than any event waits to be judged.
    private let claimAfterSeconds: Double

    public init(
        _ stream: EventSettings.Stream, consumer: String, options: LineReader.Options, intake: EventIntake,
        judge: EventJudge
    ) {
        self.stream = stream
        log = intake.addLog(EventSource.stream.rawValue, keeping: stream.keeps)
        self.consumer = consumer
        self.options = options
        self.intake = intake
        self.judge = judge
        let plan = intake.watch.plan
        client = RedisClient(plan.deployment, limits: plan.limits)
        claimAfterSeconds = max(60, 3 * plan.scanEverySeconds)
    }

    public nonisolated var description: String { "StreamIntake" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        while !Task.isEnding {
            do throws(RedisError) {
                try read()
                backoff.reset()
                intake.noteProblem(nil, of: "stream")
                if !intake.hasRoom { await pause(seconds: EventJudge.pauseSeconds) }
            } catch {
                intake.noteProblem(error.description, of: "stream")
                await pause(seconds: backoff.next())
            }
        }
        await judge.finish()
        try? acknowledge()
    }

    private func read() throws(RedisError) {
        if try intake.watch.open(&client) {
            try createGroup()
            try noteTrimmed()
            // Entries that this member took before a restart.
            try takeOwnPending()
        }
        try acknowledge()
        if monotonicSeconds() - lastClaim >= claimAfterSeconds / 4 {
            lastClaim = monotonicSeconds()
            try resetIdleTimes()
            try claim()
            try noteTrimmed()
        }
        let waiting = unacknowledged.reduce(0) { $0 + $1.ids.count }
        guard intake.hasRoom, waiting < Self.unacknowledgedLimit else { return }
        // Block briefly while entries wait to be acknowledged, so that this is soon done.
        let block = unacknowledged.isEmpty ? Self.blockMilliseconds : Self.briefBlockMilliseconds
        _ = try intake.withRoom(for: Self.roomPerBatch) { () throws(RedisError) in
            take(try group(["COUNT", "\(Self.batch)", "BLOCK", "\(block)"], from: ">"))
        }
    }

    /// Creates the group at the beginning of the stream, since earlier entries count too.
    private func createGroup() throws(RedisError) {
        do throws(RedisError) {
            _ = try client.answer(to: ["XGROUP", "CREATE", stream.key, stream.group, "0", "MKSTREAM"])
        } catch {
            guard case .refused(_, code: "BUSYGROUP", _) = error else { throw error }
        }
    }

    /// Takes this member's unacknowledged entries again. Those without room are claimed later.
    private func takeOwnPending() throws(RedisError) {
        var last: String? = "0"
        while let begin = last {
            let end = try intake.withRoom(for: Self.roomPerBatch) { () throws(RedisError) -> String? in
                let entries = try group(["COUNT", "\(Self.batch)"], from: begin)
                take(entries)
                return entries.last?.id
            }
            last = end ?? nil
        }
    }

    private func group(_ arguments: [String], from id: String) throws(RedisError) -> [StreamEntry] {
        let command = ["XREADGROUP", "GROUP", stream.group, consumer] + arguments + ["STREAMS", stream.key, id]
        let reply = try client.answer(to: command)
        return (reply.array?.first?.array?.last?.array ?? []).compactMap(StreamEntry.init)
    }

    /// Claims this member's waiting entries again, which resets their idle time, so that nobody else claims them.
    private func resetIdleTimes() throws(RedisError) {
        for batch in unacknowledged {
            _ = try client.answer(to: ["XCLAIM", stream.key, stream.group, consumer, "0"] + batch.ids + ["JUSTID"])
        }
    }

    private func claim() throws(RedisError) {
        let held = Set(unacknowledged.flatMap(\.ids))
        var last: String? = "0-0"
        while let begin = last {
            let next = try intake.withRoom(for: Self.roomPerBatch) { () throws(RedisError) -> String? in
                let reply = try client.answer(to: [
                    "XAUTOCLAIM", stream.key, stream.group, consumer, "\(Int(claimAfterSeconds * 1000))", begin,
                    "COUNT", "\(Self.batch)",
                ])
                guard let parts = reply.array, parts.count >= 2 else { return nil }
                take((parts[1].array ?? []).compactMap(StreamEntry.init).filter { !held.contains($0.id) })
                return parts[0].text == "0-0" ? nil : parts[0].text
            }
            last = next ?? nil
        }
    }

    private func take(_ entries: [StreamEntry]) {
        guard !entries.isEmpty else { return }
        let now = intake.watch.clock.now()
        for entry in entries {
            let bytes = entry.line ?? []
            intake.noteLines(1, in: bytes.span, from: .stream, log: log)
            guard let line = entry.line else {
                intake.metrics.dropped.add([EventDrop.trimmed.rawValue])
                continue
            }
            // Each entry is complete, so each has its own reader, and no entry can continue another.
            var reader = LineReader(options)
            let reading = reader.read(line.span)
            for outcome in [reading.earlier, reading.outcome, reader.finish()].compactMap(\.self) {
                intake.take(outcome, from: .stream, log: log, node: entry.node, at: now)
            }
        }
        unacknowledged.append((entries.map(\.id), intake.acceptedCount))
    }

    private func acknowledge() throws(RedisError) {
        while let first = unacknowledged.first, intake.judgedCount >= first.accepted {
            _ = try client.answer(to: ["XACK", stream.key, stream.group] + first.ids)
            unacknowledged.removeFirst()
        }
    }

    /// Counts entries that were trimmed before the group read them, if the server (7.0 or newer) can tell: those that
    /// are gone, minus those that the group has read.
    private func noteTrimmed() throws(RedisError) {
        let entries = try members(of: ["XINFO", "STREAM", stream.key])
        guard let added = entries["entries-added"]?.integer, let length = entries["length"]?.integer else { return }
        for group in try client.answer(to: ["XINFO", "GROUPS", stream.key]).array ?? [] {
            let group = Self.members(group)
            let isUnread = group["last-delivered-id"]?.text == "0-0"
            guard group["name"]?.text == stream.group,
                let read = group["entries-read"]?.integer ?? (isUnread ? 0 : nil)
            else { continue }
            let lost = Int(max(added - length - read, 0))
            if lost > lastTrimmed { intake.metrics.dropped.add([EventDrop.trimmed.rawValue], lost - lastTrimmed) }
            lastTrimmed = lost
        }
    }

    private func members(of command: [String]) throws(RedisError) -> [String: RedisReply] {
        Self.members(try client.answer(to: command))
    }

    /// `[name, value, ...]` as a dictionary.
    private static func members(_ reply: RedisReply) -> [String: RedisReply] {
        let words = reply.array ?? []
        var members: [String: RedisReply] = [:]
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            if let name = words[place].text { members[name] = words[place + 1] }
        }
        return members
    }
}
