/// What has come of a request's body: kept, or only counted where nobody will use it.
struct BodyIntake {
    private(set) var bytes: [UInt8] = []
    /// Whether the handler wants it.
    let isKept: Bool
    /// Whether more came, or was announced, than may be kept; nothing is kept then.
    private(set) var isTooLarge: Bool
    private var received = 0
    private let limits: HTTPLimits

    /// `declared` is the Content-Length. Nothing is reserved for it: a client may announce and never send.
    init(limits: HTTPLimits, isKept: Bool, declared: Int?) {
        self.limits = limits
        self.isKept = isKept
        isTooLarge = (declared ?? 0) > limits.bodyBytes
    }

    /// Takes a piece. False once so much was thrown away that the connection had better be closed.
    mutating func take(_ piece: some Collection<UInt8>) -> Bool {
        received += piece.count
        if received > limits.bodyBytes {
            isTooLarge = true
            bytes = []
        }
        guard isKept && !isTooLarge else { return received <= limits.discardedBytes }
        bytes.append(contentsOf: piece)
        return true
    }
}
