// Requests that miss the living owner of their session, and clients that come back all at once.

extension IncidentLog {
    /// The misrouted requests, and the seconds in which they must come, that show broken stickiness. As in the alert,
    /// single clients do not cause so many.
    static let misroutedLeast = 30
    static let misroutedSeconds = 300.0
    /// The number of misrouted requests in that time below which stickiness is restored.
    static let misroutedCalm = 6
    /// The time in which requests that miss a node that drains or has just restarted are due to a deploy.
    static let unsteadySeconds = 300.0

    /// The misrouted requests, by the time at which they were seen.
    struct MisrouteMemory: Sendable {
        /// The counts by owner at the last sight.
        var counted: [String: Int]?
        /// The sights that found any, the oldest first, as far back as ``IncidentLog/misroutedSeconds``.
        var seen: [(time: UnixTime, count: Int)] = []

        var sum: Int { seen.reduce(0) { $0 + $1.count } }
        /// The number of sights that are kept apart.
        static let limit = 600
    }

    mutating func checkMisroutes(_ sight: IncidentSight, at now: UnixTime) {
        var new = 0
        if let counted = misroutes.counted {
            for (owner, count) in sight.misrouted {
                let unsteadyAt = nodes[owner]?.unsteadyAt
                if let unsteadyAt, now - unsteadyAt <= Self.unsteadySeconds { continue }
                new += max(count - (counted[owner] ?? 0), 0)
            }
        }
        misroutes.counted = sight.misrouted
        misroutes.seen.removeAll { now - $0.time > Self.misroutedSeconds || $0.time > now }
        if new > 0 {
            if misroutes.seen.count == MisrouteMemory.limit { misroutes.seen.removeFirst() }
            misroutes.seen.append((now, new))
        }
        let sum = misroutes.sum
        if let index = openIndex(.stickinessBroken) {
            incidents[index].requests += new
            if sum < Self.misroutedCalm { incidents[index].end(at: misroutes.seen.last?.time ?? now) }
        } else if sum >= Self.misroutedLeast {
            open(.stickinessBroken, began: misroutes.seen[0].time, at: now) { $0.requests += sum }
        }
    }
}

// MARK: - Storms

extension IncidentLog {
    /// The time after an incident in which what begins is in its wake.
    static let wakeSeconds = 600.0
    /// The thresholds of a storm. In a wake it is three times the usual pace, and at least `wakeLeast` sessions a
    /// minute. By itself it is what the alert says, and the usual pace is known only after `stormKnownSeconds`.
    static let wakeFactor = 3.0
    static let wakeLeast = 5.0
    static let stormFactor = 5.0
    static let stormLeast = 30.0
    static let stormKnownSeconds = 600.0
    /// The time for which the pace must stay below half of the threshold before the storm is over.
    static let calmSeconds = 60.0

    struct StormMemory: Sendable, Equatable {
        var incident: Incident.ID
        /// The number of new sessions a minute below which it calms.
        var calm: Double
        var calmSince: UnixTime?
    }

    mutating func checkPace(_ sight: IncidentSight, at now: UnixTime) {
        let asOf = sight.view.asOf ?? now
        let last = counted
        let created = max(sight.created - (last?.created ?? sight.created), 0)
        let refused = max(sight.refused - (last?.refused ?? sight.refused), 0)
        // Until the next complete view, what is found may be as old as the last one.
        counted = (sight.created, sight.refused, sight.view.isComplete ? asOf : last?.asOf ?? asOf)
        pace.add(created: created, since: last?.asOf ?? now, at: now)
        pace.add(refused: refused, at: now)
        if storm == nil {
            beginStorm(at: now)
        } else {
            goOn(created, refused, at: now)
        }
    }

    private mutating func beginStorm(at now: UnixTime) {
        let perMinute = pace.perMinute
        guard perMinute >= Self.wakeLeast else { return }
        if let cause = causeOfStorm(at: now) {
            let usual = pace.usualPerMinute(before: incidents[cause].beganAt) ?? 0
            let least = max(Self.wakeLeast, Self.wakeFactor * usual)
            if perMinute >= least { return begin(of: incidents[cause].id, least: least, at: now) }
        }
        let minuteAgo = now - Self.calmSeconds
        guard pace.seconds >= Self.stormKnownSeconds, let usual = pace.usualPerMinute(before: minuteAgo) else { return }
        let least = max(Self.stormLeast, Self.stormFactor * usual)
        guard perMinute >= least else { return }
        open(.reconnectionStorm, began: minuteAgo, at: now)
        if let index = openIndex(.reconnectionStorm) { begin(of: incidents[index].id, least: least, at: now) }
    }

    private mutating func begin(of id: Incident.ID, least: Double, at now: UnixTime) {
        storm = StormMemory(incident: id, calm: least / 2)
        let since = pace.since(id.began)
        let peak = Int(pace.perMinute.rounded())
        change(id) { incident in
            var storm = incident.storm ?? Incident.Storm(peakAt: now)
            storm.newSessions = max(storm.newSessions, Int(since.created.rounded()))
            storm.refusedRequests = max(storm.refusedRequests, since.refused)
            if peak >= storm.peakPerMinute { (storm.peakPerMinute, storm.peakAt) = (peak, now) }
            storm.endedAt = nil
            incident.storm = storm
        }
    }

    /// Returns the recent incident that stranded the most sessions, and the latest of them if equal.
    private func causeOfStorm(at now: UnixTime) -> Int? {
        let recent = incidents.indices.filter { index in
            let incident = incidents[index]
            switch incident.kind {
            case .reconnectionStorm, .removedSessionInUse: return false
            case .nodeDrained where incident.isOpen: return false
            case .nodeDied, .registryFlushed: return now - incident.lastAt <= Self.wakeSeconds
            default: return now - (incident.endedAt ?? incident.lastAt) <= Self.wakeSeconds
            }
        }
        return recent.max { a, b in
            let sizes = (incidents[a].aftermath?.sessions ?? 0, incidents[b].aftermath?.sessions ?? 0)
            return sizes.0 == sizes.1 ? a < b : sizes.0 < sizes.1
        }
    }

    private mutating func goOn(_ created: Int, _ refused: Int, at now: UnixTime) {
        guard var storm else { return }
        let perMinute = pace.perMinute
        storm.calmSince = perMinute < storm.calm ? storm.calmSince ?? now : nil
        let endedAt = storm.calmSince.flatMap { now - $0 >= Self.calmSeconds ? $0 : nil }
        let peak = Int(perMinute.rounded())
        change(storm.incident) { incident in
            guard var blown = incident.storm else { return }
            blown.newSessions += created
            blown.refusedRequests += refused
            if peak > blown.peakPerMinute { (blown.peakPerMinute, blown.peakAt) = (peak, now) }
            blown.endedAt = endedAt.map { max($0, incident.beganAt) }
            incident.storm = blown
            if let endedAt, incident.kind == .reconnectionStorm { incident.end(at: endedAt) }
        }
        self.storm = endedAt == nil ? storm : nil
    }
}
