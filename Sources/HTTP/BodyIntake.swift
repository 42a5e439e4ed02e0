/// The body of a request as it arrives. It is kept, or only counted if nobody will use it.
struct BodyIntake {
    private(set) var bytes: [UInt8] = []
    /// True if the handler wants the body.
    let isKept: Bool
    /// True if more bytes came, or were announced, than may be kept. Nothing is kept then.
    private(set) var isTooLarge: Bool
    /// The most bytes that are kept.
    let limit: Int
    private var received = 0
    private let discarded: Int

    /// Keeps up to `limit` bytes, or nothing if it is nil. `declared` is the Content-Length; no memory is reserved for
    /// it, since a client may announce a body and never send it.
    init(limit: Int?, limits: HTTPLimits, declared: Int?) {
        isKept = limit != nil
        self.limit = limit ?? limits.bodyBytes
        discarded = self.limit + limits.discardedBytes
        isTooLarge = (declared ?? 0) > self.limit
    }

    /// True if the announced body is too long to be worth reading to its end.
    func isNotWorthReading(declared: Int?) -> Bool { (declared ?? 0) > discarded }

    /// Takes a piece. Returns false once so much was discarded that the connection should be closed.
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
