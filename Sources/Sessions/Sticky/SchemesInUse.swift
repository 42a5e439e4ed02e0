/// The schemes by which Traefik was seen to give cookies, each from the time of the first such line on.
struct SchemesInUse: Sendable, Equatable {
    /// The number of changes remembered. A proxy changes its scheme only with its version.
    static let limit = 8
    /// The scheme that is assumed before any cookie was given: that of the newest version.
    static let assumed = StickyScheme.traefikSHA256

    private struct Change: Sendable, Equatable {
        var since: UnixTime
        var scheme: StickyScheme
    }

    /// The oldest change first. Neighbours differ in their schemes.
    private var changes: [Change] = []

    /// Notes that the proxy gave a cookie of that scheme. Lines may arrive out of order.
    mutating func note(_ scheme: StickyScheme, at time: UnixTime) {
        guard StickyScheme.traefik.contains(scheme) else { return }
        let next = changes.firstIndex { $0.since > time } ?? changes.endIndex
        if next > 0, changes[next - 1].scheme == scheme { return }
        if next < changes.endIndex, changes[next].scheme == scheme {
            changes[next].since = time
        } else {
            changes.insert(Change(since: time, scheme: scheme), at: next)
            if changes.count > Self.limit { changes.removeFirst() }
        }
    }

    /// Returns the scheme in use at that time; without a time, the latest. Nil if none was seen by then.
    func scheme(at time: UnixTime?) -> StickyScheme? {
        guard let time else { return changes.last?.scheme }
        return changes.last { $0.since <= time }?.scheme
    }
}
