/// The most frequent names among more than can be counted, by the space-saving algorithm of Metwally, Agrawal and El
/// Abbadi. A new name replaces the rarest, and inherits its count as its possible error.
struct SpaceSaving: Sendable {
    let limit: Int
    private var counts: [(name: String, count: Int, error: Int)] = []
    private var places: [String: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ name: String, count: Int = 1) {
        if let place = places[name] {
            counts[place].count += count
        } else if counts.count < limit {
            places[name] = counts.count
            counts.append((name, count, 0))
        } else {
            var rarest = 0
            for place in counts.indices where counts[place].count < counts[rarest].count { rarest = place }
            places[counts[rarest].name] = nil
            places[name] = rarest
            counts[rarest] = (name, counts[rarest].count + count, counts[rarest].count)
        }
    }

    /// The names, the most frequent first, and alphabetically if equal. Each count is too high by its error at most.
    var top: [(name: String, count: Int, error: Int)] {
        counts.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }
}
