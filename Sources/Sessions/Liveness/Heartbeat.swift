/// What a node's heartbeat says, as far as it says anything: a bare marker says only that the node lives.
public struct Heartbeat: Sendable, Equatable {
    public var boot: Boot?
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
            guard let places = try fields.find(json: json) else { return .marker }
            return try heartbeat(places, in: json)
        } catch {
            return Heartbeat(malformation: error)
        }
    }

    /// A heartbeat key that is a hash, given `HMGET`'s answers.
    public func read(hash values: [[UInt8]?]) -> Heartbeat {
        do throws(Malformation) {
            let (places, text) = try fields.find(hash: values)
            return try heartbeat(places, in: text.span)
        } catch {
            return Heartbeat(malformation: error)
        }
    }

    /// A member of a sorted set `node -> seen_at`.
    public func read(score: Span<UInt8>) -> Heartbeat {
        UnixTime(parsing: score).map { Heartbeat(seenAt: $0) } ?? Heartbeat(malformation: .badTime)
    }

    private func heartbeat(_ places: FieldPlaces, in record: Span<UInt8>) throws(Malformation) -> Heartbeat {
        func text(_ field: Int) throws(Malformation) -> String? {
            try places.name(field, in: record).map { String(decoding: $0, as: UTF8.self) }
        }
        var heartbeat = Heartbeat()
        heartbeat.boot = try text(Self.boot).map { Boot($0) }
        heartbeat.startedAt = try places.time(Self.startedAt, in: record)
        heartbeat.seenAt = try places.time(Self.seenAt, in: record)
        heartbeat.url = try text(Self.url)
        heartbeat.version = try text(Self.version)
        heartbeat.sessions = try text(Self.sessions).flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        heartbeat.isDraining = try text(Self.state) == "draining"
        return heartbeat
    }
}
