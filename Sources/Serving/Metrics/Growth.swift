/// The growth of totals between two readings.
struct Growth<Source: Hashable & Sendable>: Sendable {
    private var totals: [Source: Int] = [:]

    /// Returns what each total grew by since the last call; at the first call, the totals. A total that fell was
    /// forgotten and began anew.
    mutating func take(_ totals: [Source: Int]) -> [(source: Source, growth: Int)] {
        defer { self.totals = totals }
        return totals.compactMap { source, total in
            let before = self.totals[source] ?? 0
            let growth = total < before ? total : total - before
            return growth > 0 ? (source, growth) : nil
        }
    }
}
