import Configuration
import Exposition
import Redis
import Sessions

/// A daemon instance, as it announced itself:
/// `{"v":1,"version":"0.1.0","watch":"9d0c51be7f3a2e64","seen_at":1795409068000}` under its name.
public struct KnownInstance: Sendable, Equatable {
    /// The number of instances to remember. Beyond it, those that announced themselves longest ago are dropped.
    public static let limit = 64
    /// An instance that has not announced itself for this long is gone.
    static let goneSeconds = 600.0
    /// The interval between two announcements.
    static let announceSeconds = 60.0

    public var name: String
    public var version: String
    /// The fingerprint of what it watches; nil if it does not say.
    public var watch: String?
    public var seenAt: UnixTime

    public init(name: String, version: String, watch: String? = nil, seenAt: UnixTime) {
        self.name = name
        self.version = version
        self.watch = watch
        self.seenAt = seenAt
    }

    /// Nil if this version cannot read the record.
    public init?(name: [UInt8], record: [UInt8]) {
        guard let record = try? JSONValue(parsing: record), record["v"]?.int == 1,
            let version = record["version"]?.string, let seenAt = record["seen_at"]?.milliseconds
        else { return nil }
        self.init(
            name: String(decoding: name, as: UTF8.self), version: version, watch: record["watch"]?.string,
            seenAt: seenAt)
    }

    var record: JSONValue {
        ["v": 1, "version": .string(version), "watch": .string(orNull: watch), "seen_at": .milliseconds(seenAt)]
    }

    /// Splits the recorded instances into those that are there now, by name, and those to drop.
    public static func sorted(_ kept: [KnownInstance], at now: UnixTime) -> (
        there: [KnownInstance], gone: [KnownInstance]
    ) {
        let byTime = kept.sorted { ($1.seenAt, $0.name) < ($0.seenAt, $1.name) }
        let there = byTime.filter { now - $0.seenAt <= goneSeconds }.prefix(limit)
        let gone = byTime.filter { instance in !there.contains { $0.name == instance.name } }
        return (there.sorted { $0.name < $1.name }, gone)
    }
}

extension CleanupStore {
    /// Announces this instance to the others, and returns all that are there. Nothing else depends on it: on any error
    /// reply it returns nil.
    public mutating func announce(_ own: KnownInstance) throws(CleanupFault) -> [KnownInstance]? {
        let replies = try run(
            [
                ["HSET", CleanupKeys.instances, own.name, own.record.compact], ["HGETALL", CleanupKeys.instances],
            ], of: CleanupKeys.instances, expected: { _ in true })
        guard case .integer = replies[0], case .array = replies[1] else { return nil }
        let kept = Self.pairs(replies[1]).compactMap { KnownInstance(name: $0.field, record: $0.value) }
        let (there, gone) = KnownInstance.sorted(kept, at: own.seenAt)
        guard !gone.isEmpty else { return there }
        let drop = ["HDEL", CleanupKeys.instances] + gone.map(\.name)
        _ = try run([drop], of: CleanupKeys.instances, expected: { _ in true })
        return there
    }
}

extension Cleaner {
    /// Announces this instance now and then, so that different versions running side by side are noticed.
    func announceItself() throws(CleanupFault) {
        let seconds = monotonicSeconds()
        guard seconds - lastAnnounced >= KnownInstance.announceSeconds else { return }
        let own = KnownInstance(
            name: instance, version: Build.version, watch: watch.plan.fingerprint.description,
            seenAt: try store.time())
        let there = try store.announce(own)
        lastAnnounced = seconds
        board.state.withLock { $0.instances = there }
    }
}
