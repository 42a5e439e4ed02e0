import Sessions

/// An incident in `/api/v1/incidents`.
public struct IncidentRow: Codable, Sendable {
    public var id: String
    public var kind: Incident.Kind
    public var node: String?
    public var boot: String?
    public var beganAt: UnixTime
    public var endedAt: UnixTime?
    public var open: Bool
    public var summary: String
    public var sessions: Sessions?
    public var storm: Storm?
    public var rollout: Rollout?
    public var alert: String?
    public var runbook: String?

    /// The sessions that it cost.
    public struct Sessions: Codable, Sendable {
        public var stranded: Int
        public var recovered: Int
        public var stuck: Int
        public var silent: Int
    }

    /// The nodes of a workload that others replaced.
    public struct Rollout: Codable, Sendable {
        public var workload: String
        public var revision: String?
        public var replaced: Int
        public var total: Int
    }

    /// The rush of returning clients.
    public struct Storm: Codable, Sendable {
        public var newSessions: Int
        public var refusedRequests: Int
        public var peakPerMinute: Int
        public var peakAt: UnixTime
        public var endedAt: UnixTime?
    }
}

extension IncidentRow {
    public init(_ incident: Incident) {
        self.init(
            id: incident.id.description, kind: incident.kind, node: incident.node, boot: incident.boot,
            beganAt: incident.beganAt, endedAt: incident.endedAt, open: incident.isOpen, summary: incident.summary,
            sessions: incident.aftermath.map {
                Sessions(stranded: $0.sessions, recovered: $0.recovered, stuck: $0.stuck, silent: $0.silent)
            },
            storm: incident.storm.map {
                Storm(
                    newSessions: $0.newSessions, refusedRequests: $0.refusedRequests,
                    peakPerMinute: $0.peakPerMinute, peakAt: $0.peakAt, endedAt: $0.endedAt)
            },
            rollout: incident.rollout.map {
                Rollout(
                    workload: $0.workload, revision: $0.revision, replaced: $0.replaced, total: $0.total)
            }, alert: incident.alert, runbook: incident.runbook)
    }
}
