/// The URLs by which the proxy was seen to reach nodes. A node that serves a session of its own behind a URL is that URL's
/// node: this is how the proxy writes it, whatever its heartbeat says.
struct ServiceURLs: Sendable {
    /// The number of URLs remembered for each node. Beyond it each new one replaces the one seen longest ago.
    static let limitPerNode = 8
    /// The number of URLs remembered. Beyond it no new one is.
    static let limit = 2048
    /// The age after which a sighting gives way to that of another node: addresses are used again.
    static let lastingSeconds = 3600.0

    private struct Sighting: Sendable {
        var node: String
        var last: UnixTime
    }

    private var sightings: [String: [Sighting]] = [:]

    /// Notes that a node served a session of its own behind a URL. Returns true if that was not known.
    mutating func note(_ url: String, node: String, at time: UnixTime) -> Bool {
        guard let place = sightings[url]?.firstIndex(where: { $0.node == node }) else {
            makeRoom(for: node)
            guard sightings[url] != nil || sightings.count < Self.limit else { return false }
            sightings[url, default: []].append(Sighting(node: node, last: time))
            dropOutdated(url, at: time)
            return true
        }
        let last = sightings[url]?[place].last ?? time
        if time > last { sightings[url]?[place].last = time }
        return sightings[url]?.count == 1 ? false : dropOutdated(url, at: time)
    }

    /// Returns the URL behind which a node was last seen. Nil if it was seen behind none.
    func latest(of node: String) -> String? {
        sightings.compactMap { url, seen in seen.first { $0.node == node }.map { (url: url, last: $0.last) } }
            .max { ($0.last, $0.url) < ($1.last, $1.url) }?.url
    }

    /// Returns the URLs of each node. A URL that several living nodes were seen behind belongs to none.
    func byNode(isAlive: (String) -> Bool) -> [String: [String]] {
        var urls: [String: [String]] = [:]
        for (url, seen) in sightings {
            let living = seen.filter { isAlive($0.node) }
            guard living.count <= 1 else { continue }
            for sighting in living.isEmpty ? seen : living { urls[sighting.node, default: []].append(url) }
        }
        return urls.mapValues { $0.sorted() }
    }

    /// Forgets the nodes that are not among these.
    mutating func keep(_ isKept: (String) -> Bool) {
        sightings = sightings.compactMapValues { seen in
            let left = seen.filter { isKept($0.node) }
            return left.isEmpty ? nil : left
        }
    }

    /// Drops what was seen long before that time. Returns true if there was any.
    @discardableResult
    private mutating func dropOutdated(_ url: String, at time: UnixTime) -> Bool {
        let before = sightings[url]?.count
        sightings[url]?.removeAll { time - $0.last > Self.lastingSeconds }
        return sightings[url]?.count != before
    }

    /// Forgets the URL that was seen longest ago, if the node has as many as it may.
    private mutating func makeRoom(for node: String) {
        let own = sightings.compactMap { url, seen in
            seen.first { $0.node == node }.map { (url: url, last: $0.last) }
        }
        guard own.count >= Self.limitPerNode, let oldest = own.min(by: { ($0.last, $0.url) < ($1.last, $1.url) }) else {
            return
        }
        sightings[oldest.url]?.removeAll { $0.node == node }
        if sightings[oldest.url]?.isEmpty == true { sightings[oldest.url] = nil }
    }
}
