/// The recent wrong tokens, counted by address. An address that sent too many is blocked until its window is over: no
/// token from it is checked.
struct FailureTable {
    /// The number of wrong tokens in a window that block their address.
    static let limit = 10
    /// The length of a window, which begins with the first wrong token.
    static let windowSeconds = 60
    /// The most addresses that are remembered. Beyond it, the one whose window ends first is forgotten.
    static let addressLimit = 4096

    private struct Window {
        let end: ContinuousClock.Instant
        var count = 0
    }

    private var windows: [[UInt8]: Window] = [:]

    var count: Int { windows.count }

    /// The whole seconds for which the address is still blocked; nil if it is not.
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

    /// The address or, for IPv6, its network, since a client owns all addresses in it. Nil for a client without
    /// address.
    private static func key(_ peer: String) -> [UInt8]? {
        IPLiteral(peer).map { $0.isVersion6 ? Array($0.bytes.prefix(8)) : $0.bytes }
    }
}
