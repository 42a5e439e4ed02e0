/// Which node was last seen to hold a session, where that cannot be made use of yet.
struct OwnerSightings: Sendable {
    /// Sessions remembered; then the oldest leaves for each new one.
    static let limit = 4096
    /// What a sighting waits for does not come after so long.
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

    /// In no order.
    var all: [Sighting] { places.values.map { sightings[$0] } }

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

    mutating func forget(_ ref: SessionRef) {
        if !places.isEmpty { places[ref] = nil }
    }
}
