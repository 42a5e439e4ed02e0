import Sessions

// The requests and answers of the daemon, as types: routes encode them, the command line and the page read them, and
// the OpenAPI document is derived from them. Begin with ``Envelope``; each answer has a file of its own.
//
// JSON names are the properties' names in `snake_case`, and unknown values are `null`; see `JSONEncoding`.

/// The frame of an answer about one thing.
public struct Envelope<Content: Codable & Sendable>: Codable, Sendable {
    /// The time at which the view was last known to match Redis; nil before the first full scan.
    public var asOf: UnixTime?
    public var viewAgeSeconds: Double?
    public var complete: Bool
    /// The daemon instance that answered.
    public var instance: String
    public var data: Content

    public init(asOf: UnixTime?, viewAgeSeconds: Double?, complete: Bool, instance: String, data: Content) {
        self.asOf = asOf
        self.viewAgeSeconds = viewAgeSeconds
        self.complete = complete
        self.instance = instance
        self.data = data
    }
}

/// The frame of one page of a list.
public struct ListEnvelope<Row: Codable & Sendable>: Codable, Sendable {
    public var asOf: UnixTime?
    public var viewAgeSeconds: Double?
    public var complete: Bool
    public var instance: String
    public var data: [Row]
    /// The cursor for the next page; nil on the last one.
    public var nextCursor: String?

    public init(
        asOf: UnixTime?, viewAgeSeconds: Double?, complete: Bool, instance: String, data: [Row], nextCursor: String?
    ) {
        self.asOf = asOf
        self.viewAgeSeconds = viewAgeSeconds
        self.complete = complete
        self.instance = instance
        self.data = data
        self.nextCursor = nextCursor
    }
}

/// A problem (RFC 9457): a mistake in the request, or the reason why it cannot be answered now.
public struct ProblemAnswer: Codable, Sendable {
    public var type: String
    public var title: String
    public var status: Int
    public var detail: String?
    /// The parameter that is wrong.
    public var parameter: String?
    /// The member of the body that is wrong.
    public var member: String?
    /// The scope that the token lacks.
    public var scope: String?
    /// The first of the sessions that a prefix fits.
    public var refs: [SessionRef]?
    // Set while the first full scan runs:
    public var sessionsRead: Int?
    public var nodesSeen: Int?
    public var progress: Double?
    public var fullScanSecondsLeft: Double?
}
