/// Which node was last seen to hold a session that the registry has not read yet: a line that tells of a new session is
/// often faster than its key.
struct ForeseenOwners: Sendable {
    /// Sessions remembered; then the oldest leaves for each new one.
    static let limit = 4096
    /// A session whose key does not show up in this time is not waited for.
    static let waitSeconds = 900.0

    struct Sighting: Sendable {
        var ref: SessionRef
        var node: String
        var time: UnixTime
    }

    private var sightings: [Sighting] = []
    private var next = 0
    private var places: [SessionRef: Int] = [:]

    var isEmpty: Bool { places.isEmpty }

    mutating func add(_ sighting: Sighting) {
        if let place = places[sighting.ref] {
            sightings[place] = sighting
        } else if sightings.count < Self.limit {
            places[sighting.ref] = sightings.count
            sightings.append(sighting)
        } else {
            if places[sightings[next].ref] == next { places[sightings[next].ref] = nil }
            places[sighting.ref] = next
            sightings[next] = sighting
            next = (next + 1) % Self.limit
        }
    }

    func sighting(of ref: SessionRef, at now: UnixTime) -> Sighting? {
        guard let place = places[ref], now - sightings[place].time <= Self.waitSeconds else { return nil }
        return sightings[place]
    }

    /// The registry has read it.
    mutating func forget(_ ref: SessionRef) {
        if !places.isEmpty { places[ref] = nil }
    }
}
