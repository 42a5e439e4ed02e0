/// A histogram: `counts[i]` values are above `bounds[i-1]` and at most `bounds[i]`, and the last count is above all
/// bounds.
public struct Distribution: Sendable, Equatable {
    public let bounds: [Double]
    public private(set) var counts: [Int]
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func add(_ value: Double, times: Int = 1) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += times
        sum += value * Double(times)
    }
}

/// The ages of the sessions, and the TTL that they have left, in seconds.
public struct SessionAges: Sendable {
    /// One minute to 30 days.
    public static let bounds: [Double] = [60, 300, 900, 3600, 21_600, 86_400, 604_800, 1_209_600, 2_592_000]

    public private(set) var age = Distribution(bounds: bounds)
    public private(set) var timeToLive = Distribution(bounds: bounds)
    private var nextShelf = 0

    public init() {}

    /// Adds the sessions of some shelves. Returns true once all are added.
    mutating func add(_ table: SessionTable, at now: UnixTime) -> Bool {
        let nowSeconds = now.milliseconds / 1000
        // Expiry times are rounded up. Compared with a time that is rounded down, a fresh session would have a longer
        // TTL than it was given.
        let nowRoundedUp = (now.milliseconds + 999) / 1000
        let end = min(nextShelf + 8 * SessionTable.stepShelves, table.shelfCount)
        for shelf in nextShelf..<end where !table.isEmpty(shelf: shelf) {
            for entry in table.shelves[shelf] {
                if entry.created != 0 { age.add(Double(max(nowSeconds - Int64(entry.created), 0))) }
                if entry.expires != 0 { timeToLive.add(Double(max(Int64(entry.expires) - nowRoundedUp, 0))) }
            }
        }
        nextShelf = end
        return end == table.shelfCount
    }
}
