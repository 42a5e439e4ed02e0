// Removed sessions that are in use.

extension IncidentLog {
    /// An incident lasts from the tripwire's suspension until a person resumes cleanup.
    mutating func checkTripwire(_ sight: IncidentSight, at now: UnixTime) {
        let index = openIndex(.removedSessionInUse)
        switch sight.tripwire {
        case .unknown: return
        case .clear:
            if let index { incidents[index].end(at: now) }
        case .tripped(let stop):
            guard index == nil else { return }
            open(.removedSessionInUse, began: stop.at, at: now) { $0.evidence = stop.why }
        }
    }
}
