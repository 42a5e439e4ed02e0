/// The number of sessions by state.
public struct StateCounts: Sendable, Equatable {
    public var owned = 0
    public var orphaned: [OrphanReason: Int] = [:]
    public var unowned = 0
    public var malformed = 0

    public init() {}

    public var orphanedInAll: Int { orphaned.values.reduce(0, +) }
    public var inAll: Int { owned + orphanedInAll + unowned + malformed }

    mutating func add(_ other: StateCounts) {
        owned += other.owned
        orphaned.merge(other.orphaned, uniquingKeysWith: +)
        unowned += other.unowned
        malformed += other.malformed
    }
}
