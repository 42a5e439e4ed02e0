/// Reads the heartbeats of one dialect. A heartbeat that cannot be read still shows that its node is alive.
public struct HeartbeatReader: Sendable {
    private static let boot = 0
    private static let startedAt = 1
    private static let seenAt = 2
    private static let url = 3
    private static let sessions = 4
    private static let version = 5
    private static let state = 6
    private static let group = 7

    public let fields: FieldReader

    public init(_ dialect: Dialect) {
        let names = dialect.fields
        fields = FieldReader(wanted: [
            names.boot, names.startedAt, names.seenAt, names.url, names.sessions, names.version, names.state,
            names.group,
        ])
    }

    /// Reads a JSON value such as `{"boot":"b7","started_at":1787307000,"seen_at":1787307302,`
    /// `"url":"http://10.0.0.2:8080","sessions":41,"version":"1.4.2","state":"serving",`
    /// `"group":"mcp"}`, or any scalar.
    public func read(json: Span<UInt8>) -> Heartbeat {
        do throws(Malformation) {
            guard let places = try fields.find(json: json) else { return .marker }
            return try heartbeat(places, in: json)
        } catch {
            return Heartbeat(malformation: error)
        }
    }

    /// Reads a hash from the answers of `HMGET`.
    public func read(hash values: [[UInt8]?]) -> Heartbeat {
        do throws(Malformation) {
            let (places, text) = try fields.find(hash: values)
            return try heartbeat(places, in: text.span)
        } catch {
            return Heartbeat(malformation: error)
        }
    }

    /// Reads the score of a member of a sorted set `node -> seen_at`.
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
        heartbeat.group = try text(Self.group)
        return heartbeat
    }
}
