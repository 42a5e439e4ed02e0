/// The nodes that were last seen to hold sessions, kept until that can be used.
struct OwnerSightings: Sendable {
    /// The number of sessions remembered. Beyond it each new one replaces the oldest.
    static let limit = 4096
    /// The age after which the event that a sighting waits for no longer comes.
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

    /// The sightings, in no order.
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
