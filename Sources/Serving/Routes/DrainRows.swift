import Exposition
import HTTP
import Sessions
import Watching

/// What `?drain=1` adds to a node: the sessions that are lost if it stops now, and those that are lost already.
struct DrainRows: Sendable {
    let watch: Watch

    /// Walks the table in short turns, between which scrapes and changes go on.
    func json(ofNode name: String, at now: UnixTime) -> JSONValue {
        var drain = Drain(node: name)
        while !watch.registry.withLock({ $0.addDrain(to: &drain, at: now) }) {}
        let ends = watch.registry.withLock { $0.recentEnds(ofNode: name, at: now) }
        return [
            "would_strand": Self.group(drain.wouldStrand), "stranded": Self.group(drain.stranded),
            "adoptable": .int(drain.adoptable),
            "ended_lately": ends.map {
                ["sessions": .int($0.sessions), "over_seconds": .double($0.overSeconds)]
            } ?? .null,
            "empty_estimate_seconds": .double(orNull: ends?.secondsUntilEmpty(drain.wouldStrand.sessions)),
        ]
    }

    private static func group(_ group: Drain.Group) -> JSONValue {
        // Each of them counts in the next one too.
        var used = 0
        let usedWithin = zip(Drain.Group.usedBounds, group.idle.counts).map { seconds, count -> JSONValue in
            used += count
            return ["seconds": .int(Int(seconds)), "sessions": .int(used)]
        }
        return [
            "sessions": .int(group.sessions), "used_within": .array(usedWithin),
            "last_seen_unknown": .int(group.withoutLastSeen), "age": spread(group.age),
            "created_unknown": .int(group.withoutCreated), "time_to_live": spread(group.timeToLive),
            "no_expiry": .int(group.withoutExpiry), "all_expired_at": .time(group.allExpiredAt?.seconds),
            "stuck": .int(group.stuck),
            "clients": .array(
                group.clients.top.map { ["client": .string($0.name), "sessions": .int($0.sessions)] }),
            "other_clients": .int(group.clients.otherClients), "other_sessions": .int(group.clients.otherSessions),
        ]
    }

    /// Each range that has sessions, with its upper end; null for the last one, which has none.
    private static func spread(_ distribution: Distribution) -> JSONValue {
        .array(
            distribution.counts.enumerated().filter { $0.element > 0 }.map { place, count in
                let bound = place < distribution.bounds.count ? distribution.bounds[place] : nil
                return ["up_to_seconds": bound.map { .int(Int($0)) } ?? .null, "sessions": .int(count)]
            })
    }
}
