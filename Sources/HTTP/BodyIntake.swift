/// What has come of a request's body: kept, or only counted where nobody will use it.
struct BodyIntake {
    private(set) var bytes: [UInt8] = []
    /// Whether the handler wants it.
    let isKept: Bool
    /// Whether more came, or was announced, than may be kept; nothing is kept then.
    private(set) var isTooLarge: Bool
    /// Most bytes that are kept.
    let limit: Int
    private var received = 0
    private let discarded: Int

    /// Keeps up to `limit` bytes; nil keeps nothing. `declared` is the Content-Length. Nothing is reserved for it: a
    /// client may announce and never send.
    init(limit: Int?, limits: HTTPLimits, declared: Int?) {
        isKept = limit != nil
        self.limit = limit ?? limits.bodyBytes
        discarded = self.limit + limits.discardedBytes
        isTooLarge = (declared ?? 0) > self.limit
    }

    /// Whether more was announced than is worth reading to its end.
    func isHopeless(declared: Int?) -> Bool { (declared ?? 0) > discarded }

    /// Takes a piece. False once so much was thrown away that the connection had better be closed.
    mutating func take(_ piece: some Collection<UInt8>) -> Bool {
        received += piece.count
        if received > limit {
            isTooLarge = true
            bytes = []
        }
        guard isKept && !isTooLarge else { return received <= discarded }
        bytes.append(contentsOf: piece)
        return true
    }
}
