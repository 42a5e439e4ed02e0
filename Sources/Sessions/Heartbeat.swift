/// What a node's heartbeat says, as far as it says anything: a bare marker says only that the node lives.
public struct Heartbeat: Sendable, Equatable {
    public var boot: String?
    public var startedAt: UnixTime?
    public var seenAt: UnixTime?
    /// As the proxy is configured with it.
    public var url: String?
    /// How many sessions the node says it holds.
    public var sessions: Int?
    public var version: String?
    public var isDraining = false
    /// Set where the value could not be read: the node lives, but says nothing.
    public var malformation: Malformation?

    public static let marker = Heartbeat()

    public init() {}

    public init(seenAt: UnixTime) {
        self.seenAt = seenAt
    }

    init(malformation: Malformation) {
        self.malformation = malformation
    }
}

/// Reads heartbeats of one dialect. A heartbeat that cannot be read is still a sign of life.
public struct HeartbeatReader: Sendable {
    private static let boot = 0
    private static let startedAt = 1
    private static let seenAt = 2
    private static let url = 3
    private static let sessions = 4
    private static let version = 5
    private static let state = 6

    public let fields: FieldReader

    public init(_ dialect: Dialect) {
        let names = dialect.fields
        fields = FieldReader(wanted: [
            names.boot, names.startedAt, names.seenAt, names.url, names.sessions, names.version, names.state,
        ])
    }

    /// `{"boot":"b7","started_at":1787307000,"seen_at":1787307302,"url":"http://10.0.0.2:8080","sessions":41,`
    /// `"version":"1.4.2","state":"serving"}`, or any scalar.
    public func read(json: Span<UInt8>) -> Heartbeat {
        do throws(Malformation) {
            guard let texts = try fields.texts(json: json) else { return .marker }
            return try heartbeat(texts)
        } catch {
            return Heartbeat(malformation: error)
        }
    }

    /// A heartbeat key that is a hash, given `HMGET`'s answers.
    public func read(hash values: [[UInt8]?]) -> Heartbeat {
        do throws(Malformation) {
            return try heartbeat(try fields.texts(hash: values))
        } catch {
            return Heartbeat(malformation: error)
        }
    }

    /// A member of a sorted set `node -> seen_at`.
    public func read(score: Span<UInt8>) -> Heartbeat {
        UnixTime(parsing: score).map { Heartbeat(seenAt: $0) } ?? Heartbeat(malformation: .badTime)
    }

    private func heartbeat(_ texts: [[UInt8]?]) throws(Malformation) -> Heartbeat {
        var heartbeat = Heartbeat()
        heartbeat.boot = try text(texts[Self.boot])
        heartbeat.startedAt = try time(texts[Self.startedAt])
        heartbeat.seenAt = try time(texts[Self.seenAt])
        heartbeat.url = try text(texts[Self.url])
        heartbeat.version = try text(texts[Self.version])
        heartbeat.sessions = try text(texts[Self.sessions]).flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        heartbeat.isDraining = try text(texts[Self.state]) == "draining"
        return heartbeat
    }

    private func text(_ text: [UInt8]?) throws(Malformation) -> String? {
        try name(text).map { String(decoding: $0, as: UTF8.self) }
    }
}
