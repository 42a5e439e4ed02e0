/// An address in log lines that belongs to no known node.
public struct UnknownAddress: Sendable, Equatable {
    /// The address, or the URL, as the lines have it.
    public var text: String
    /// The number of requests, and the time of the last one.
    public var count: Int
    public var last: UnixTime
}

/// The addresses in log lines that belonged to no known node.
struct UnknownAddresses: Sendable {
    /// The number of addresses remembered. Beyond it each new one replaces the one seen longest ago.
    static let limit = 16

    private(set) var all: [UnknownAddress] = []

    mutating func note(_ text: String, at time: UnixTime) {
        if let place = all.firstIndex(where: { $0.text == text }) {
            all[place].count += 1
            all[place].last = max(all[place].last, time)
            return
        }
        if all.count == Self.limit, let oldest = all.indices.min(by: { all[$0].last < all[$1].last }) {
            all.remove(at: oldest)
        }
        all.append(UnknownAddress(text: text, count: 1, last: time))
    }
}
