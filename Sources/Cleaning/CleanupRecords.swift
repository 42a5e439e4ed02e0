import Exposition
import Sessions

// The records that daemon instances share, as JSON. Times are milliseconds since the epoch by Redis' clock. Each record
// names its version; a record of another version or with an invalid member is rejected.

extension JSONValue {
    /// Parses a record of `key`, which must have our version.
    static func record(_ bytes: [UInt8], of key: String) throws(CleanupFault) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .badRecord(key: key, why: "it is not JSON")
        }
        guard value["v"]?.int == 1 else {
            guard value["v"] != nil else { throw .badRecord(key: key, why: "it holds a record without a version") }
            throw .unknownVersion(key: key)
        }
        return value
    }

    static func milliseconds(_ time: UnixTime?) -> JSONValue { time.map { .int($0.milliseconds) } ?? .null }

    /// A time; nil if it is so far off that arithmetic with it would overflow.
    var milliseconds: UnixTime? {
        int.flatMap { Self.times.contains($0) ? UnixTime(milliseconds: Int64($0)) : nil }
    }

    /// A duration; nil if it is negative or absurdly long.
    var spanSeconds: Double? { double.flatMap { (0...Self.longestSpan).contains($0) ? $0 : nil } }

    private static let longestSpan = 3e15
    private static let times = -3_000_000_000_000_000_000...3_000_000_000_000_000_000

    /// An optional member: `.some(nil)` if it is missing or null, nil if it is present but invalid.
    public func member<Value>(_ name: String, _ read: (JSONValue) -> Value?) -> Value?? {
        guard let member = self[name], !member.isNull else { return .some(nil) }
        return read(member).map { .some($0) }
    }
}

extension CleanupStop {
    public var json: JSONValue {
        [
            "v": 1, "by": .string(by), "why": .string(why), "at": .milliseconds(at), "until": .milliseconds(until),
            "tripped": .bool(isTripped),
        ]
    }

    public init?(_ json: JSONValue) {
        guard let by = json["by"]?.string, let why = json["why"]?.string, let at = json["at"]?.milliseconds,
            let until = json.member("until", \.milliseconds), let isTripped = json["tripped"]?.bool
        else { return nil }
        self.init(by: by, why: why, at: at, until: until, isTripped: isTripped)
    }
}
