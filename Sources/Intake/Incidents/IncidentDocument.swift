import Exposition
import Sessions

/// The file in which incidents are kept:
/// `{"version":1,"kept_at":1795407543000,"next_number":8,"incidents":[{"began":1795407540000,"number":7,...}]}`. Times
/// are milliseconds since the epoch. It names no session.
struct IncidentDocument: Equatable {
    static let fileName = "incidents.json"
    static let version = 1
    static let mostBytes = 16 << 20

    var incidents: [Incident]
    var nextNumber: Int
    var keptAt: UnixTime

    init(incidents: [Incident], nextNumber: Int, keptAt: UnixTime) {
        (self.incidents, self.nextNumber, self.keptAt) = (incidents, nextNumber, keptAt)
    }

    /// Nil if the document is of another version, or was not written by us.
    init?(_ text: [UInt8]) {
        guard let document = try? JSONValue(parsing: text), document["version"]?.int == Self.version,
            let keptAt = document["kept_at"]?.time, let nextNumber = document["next_number"]?.int, nextNumber > 0,
            let rows = document["incidents"]?.array
        else { return nil }
        let incidents = rows.compactMap(Incident.init(kept:))
        guard incidents.count == rows.count, incidents.count <= IncidentLog.limit else { return nil }
        self.init(incidents: incidents, nextNumber: nextNumber, keptAt: keptAt)
    }

    var text: [UInt8] {
        let document: JSONValue = [
            "version": .int(Self.version), "kept_at": .keptTime(keptAt), "next_number": .int(nextNumber),
            "incidents": .array(incidents.map(\.kept)),
        ]
        var bytes: [UInt8] = []
        document.write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

extension Incident {
    fileprivate var kept: JSONValue {
        [
            "began": .keptTime(beganAt), "number": .int(id.number), "kind": .string(kind.rawValue),
            "node": .string(orNull: node), "boot": .string(orNull: boot), "ended": .keptTime(endedAt),
            "times": .int(times), "last": .keptTime(lastAt), "parts": .array(parts.map(\.kept)),
            "settled": settled.kept, "storm": storm?.kept ?? .null,
            "rollout": rollout?.kept ?? .null, "evidence": .string(orNull: evidence), "requests": .int(requests),
            "suspicions": .array(suspicions.map { .string($0.rawValue) }),
        ]
    }

    fileprivate init?(kept row: JSONValue) {
        guard let began = row["began"]?.time, let number = row["number"]?.int, number >= 0,
            let kind = row["kind"]?.string.flatMap(Kind.init), let times = row["times"]?.count, times > 0,
            let lastAt = row["last"]?.time, let settled = row["settled"].flatMap(Aftermath.init(kept:)),
            let parts = row["parts"]?.array, let requests = row["requests"]?.count,
            let suspicions = row["suspicions"]?.array
        else { return nil }
        self.init(
            id: ID(began: began, number: number), kind: kind, node: row["node"]?.string, boot: row["boot"]?.string)
        (self.times, self.lastAt, self.settled, self.requests) = (times, lastAt, settled, requests)
        evidence = row["evidence"]?.string
        self.parts = parts.compactMap(Part.init(kept:))
        self.suspicions = suspicions.compactMap { $0.string.flatMap(Suspicion.init) }
        guard self.parts.count == parts.count, self.suspicions.count == suspicions.count else { return nil }
        if let ended = row["ended"], !ended.isNull {
            guard let time = ended.time, time >= began else { return nil }
            endedAt = time
        }
        if let storm = row["storm"], !storm.isNull {
            guard let storm = Storm(kept: storm) else { return nil }
            self.storm = storm
        }
        if kind == .rollout {
            guard let rollout = row["rollout"].flatMap(Rollout.init(kept:)) else { return nil }
            self.rollout = rollout
        }
    }
}

extension Incident.Rollout {
    fileprivate var kept: JSONValue {
        [
            "workload": .string(workload), "revision": .string(orNull: revision), "replaced": .int(replaced),
            "total": .int(total),
        ]
    }

    fileprivate init?(kept rollout: JSONValue) {
        guard let workload = rollout["workload"]?.string, let replaced = rollout["replaced"]?.count,
            let total = rollout["total"]?.count, replaced <= total
        else { return nil }
        self.init(workload: workload, revision: rollout["revision"]?.string, total: total)
        self.replaced = replaced
    }
}

extension Incident.Part {
    fileprivate var kept: JSONValue {
        [
            "node": .string(node), "boot": .string(orNull: boot), "before": .int(before), "aftermath": aftermath.kept,
            "settled": .bool(isSettled || isBack),
        ]
    }

    fileprivate init?(kept part: JSONValue) {
        guard let node = part["node"]?.string, let before = part["before"]?.count,
            let aftermath = part["aftermath"].flatMap(Aftermath.init(kept:)), let isSettled = part["settled"]?.bool
        else { return nil }
        self.init(node: node, boot: part["boot"]?.string)
        (self.before, self.aftermath, self.isSettled) = (before, aftermath, isSettled)
    }
}

extension Incident.Storm {
    fileprivate var kept: JSONValue {
        [
            "new_sessions": .int(newSessions), "refused_requests": .int(refusedRequests),
            "peak_per_minute": .int(peakPerMinute), "peak": .keptTime(peakAt), "ended": .keptTime(endedAt),
        ]
    }

    fileprivate init?(kept storm: JSONValue) {
        guard let new = storm["new_sessions"]?.count, let refused = storm["refused_requests"]?.count,
            let peak = storm["peak_per_minute"]?.count, let peakAt = storm["peak"]?.time
        else { return nil }
        self.init(peakAt: peakAt)
        (newSessions, refusedRequests, peakPerMinute, endedAt) = (new, refused, peak, storm["ended"]?.time)
    }
}

extension Aftermath {
    /// `[44,3,2,39]`
    fileprivate var kept: JSONValue { .array([sessions, recovered, stuck, silent].map { .int($0) }) }

    fileprivate init?(kept value: JSONValue) {
        let counts = value.array?.compactMap(\.count) ?? []
        guard counts.count == 4, counts[1...].allSatisfy({ $0 <= counts[0] }),
            counts[0] - counts[1] - counts[2] - counts[3] >= 0
        else { return nil }
        self.init(sessions: counts[0], recovered: counts[1], stuck: counts[2], silent: counts[3])
    }
}

extension JSONValue {
    fileprivate static func keptTime(_ time: UnixTime?) -> JSONValue {
        time.map { .int(Int($0.milliseconds)) } ?? .null
    }

    fileprivate var time: UnixTime? {
        int.flatMap { UnixTime.plausible.contains(UnixTime(milliseconds: Int64($0))) ? $0 : nil }
            .map { UnixTime(milliseconds: Int64($0)) }
    }

    /// A number small enough to be added to others.
    fileprivate var count: Int? { int.flatMap { (0...1 << 40).contains($0) ? $0 : nil } }
}
