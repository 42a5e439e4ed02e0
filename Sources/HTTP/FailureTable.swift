/// How many wrong tokens came from each address lately. An address that sent too many has no token looked at until its
/// window is over.
struct FailureTable {
    /// Wrong tokens of one address in one window that are answered as such.
    static let limit = 10
    /// From an address' first wrong token on.
    static let windowSeconds = 60
    /// Addresses that are remembered; beyond it, the one whose window ends first is forgotten.
    static let addressLimit = 4096

    private struct Window {
        let end: ContinuousClock.Instant
        var count = 0
    }

    private var windows: [[UInt8]: Window] = [:]

    var count: Int { windows.count }

    /// For how many whole seconds no token of that address is looked at; nil where they are.
    func waitSeconds(of peer: String, at now: ContinuousClock.Instant) -> Int? {
        guard let key = Self.key(peer), let window = windows[key], window.end > now, window.count >= Self.limit else {
            return nil
        }
        let (seconds, fraction) = (window.end - now).components
        return Int(seconds) + (fraction > 0 ? 1 : 0)
    }

    mutating func countWrongToken(of peer: String, at now: ContinuousClock.Instant) {
        guard let key = Self.key(peer) else { return }
        if windows[key].map({ $0.end <= now }) ?? true {
            windows[key] = nil
            makeRoom(at: now)
            windows[key] = Window(end: now + .seconds(Self.windowSeconds))
        }
        windows[key]?.count += 1
    }

    private mutating func makeRoom(at now: ContinuousClock.Instant) {
        guard windows.count >= Self.addressLimit else { return }
        windows = windows.filter { $0.value.end > now }
        guard windows.count >= Self.addressLimit, let first = windows.min(by: { $0.value.end < $1.value.end }) else {
            return
        }
        windows[first.key] = nil
    }

    /// Of IPv6 the network: a client has all addresses of its own. Nil where the client has none.
    private static func key(_ peer: String) -> [UInt8]? {
        IPLiteral(peer).map { $0.isVersion6 ? Array($0.bytes.prefix(8)) : $0.bytes }
    }
}
