import Exposition
import Sessions

/// A time as RFC 3339: `2026-11-22T18:07:49.123Z`.
extension UnixTime: Codable, SelfDescribing {
    public static var schema: Schema { .time }
    public static var example: UnixTime { UnixTime(milliseconds: 0) }

    public init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        guard let time = UnixTime(iso8601: Array(text.utf8).span) else {
            throw JSONMismatch(place: "", expected: "a time")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var scalar = encoder.singleValueContainer()
        try scalar.encode(RFC3339.text(seconds))
    }
}

/// A ref as people see it: `s:65261524dff648f3`.
extension SessionRef: Codable, SelfDescribing {
    public static var schema: Schema { .ref }
    public static var example: SessionRef { SessionRef(0) }

    public init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        guard let range = SessionRef.range(prefix: text), range.lowerBound == range.upperBound else {
            throw JSONMismatch(place: "", expected: "a ref")
        }
        self = range.lowerBound
    }

    public func encode(to encoder: any Encoder) throws {
        var scalar = encoder.singleValueContainer()
        try scalar.encode(description)
    }
}
