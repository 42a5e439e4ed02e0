/// A count of the requests in a log whose lines name no session, which shows why: a proxy's log may keep no headers, or
/// hide them. Only the first lines of each chunk are looked at, up to a limit, since a node's log has none at all.
public struct RequestSurvey: Sendable, Equatable {
    /// The number of requests after which no more are counted.
    public static let limit = 1000
    /// The number of lines after which no more are looked at, in a chunk and in all.
    static let linesPerChunk = 64
    static let lineLimit = 20_000

    private var lines = 0

    /// The requests in JSON.
    public private(set) var requests = 0
    /// Those whose `Mcp-Session-Id` is hidden.
    public private(set) var hidden = 0
    /// The requests in the common log format, which has no headers.
    public private(set) var common = 0

    public init() {}

    public var all: Int { requests + common }
    /// True if no more lines are looked at.
    public var isOver: Bool { all >= Self.limit || lines >= Self.lineLimit }

    /// Counts the lines at the beginning of a chunk.
    public mutating func take(_ text: Span<UInt8>) {
        var start = 0
        for _ in 0..<Self.linesPerChunk where start < text.count && !isOver {
            lines += 1
            let end = LineFeeds.first(in: text, from: start) ?? text.count
            let line = text.extracting(start..<min(end, start + LineLimits.lineBytes))
            unsafe line.withUnsafeBufferPointer { unsafe note(Array($0)[...]) }
            start = end + 1
        }
    }

    /// `{"RequestMethod":"POST",...,"request_Mcp-Session-Id":"REDACTED"}`, or
    /// `203.0.113.7 - - [21/Aug/2026:10:15:02 +0000] "POST /mcp HTTP/1.1" 404 88 ...`.
    private mutating func note(_ line: ArraySlice<UInt8>) {
        if line.contains("\"RequestMethod\"") {
            requests += 1
            if Self.isHidden(line) { hidden += 1 }
        } else if line.contains("] \""), TextHead.read(line, last: .commonLog).format == .commonLog {
            common += 1
        }
    }

    private static func isHidden(_ line: ArraySlice<UInt8>) -> Bool {
        guard let name = line.range(of: "\"request_Mcp-Session-Id\"") ?? line.range(of: "\"request_mcp-session-id\"")
        else {
            return false
        }
        return line[name.upperBound...].prefix(16).contains("REDACTED")
    }
}
