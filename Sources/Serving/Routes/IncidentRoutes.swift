import Exposition
import HTTP
import Intake
import Sessions
import Watching

/// `/api/v1/incidents`: what went wrong, the latest first.
struct IncidentRoutes: Sendable {
    static let standardLimit = 100
    static let limit = 1000

    let watch: Watch
    let board: IncidentBoard
    let replica: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/incidents", access: .scope(.read)) { request, _ in
                answering(request, known: ["kind", "node", "open", "limit", "cursor"]) {
                    parameters throws(BadParameter) in try list(parameters)
                }
            }
        ]
    }

    /// The cursor is the last id of the page before, so that a page stands whatever begins meanwhile.
    private func list(_ parameters: Parameters) throws(BadParameter) -> HTTPResponse {
        let kind = try parameters.word("kind", of: Incident.Kind.allCases.map(\.rawValue))
        let isOpen = try parameters.flag("open")
        let limit = try parameters.number("limit", in: 1...Self.limit, default: Self.standardLimit)
        var before: Incident.ID?
        if let cursor = parameters["cursor"] {
            guard let id = Incident.ID(cursor) else {
                throw BadParameter(name: "cursor", detail: "not a cursor of this listing")
            }
            before = id
        }
        let now = watch.clock.now()
        let picture = watch.registry.withLock { $0.picture }
        let rows = board.log.withLock { $0.incidents }.reversed().filter { incident in
            (before.map { incident.id < $0 } ?? true) && (kind.map { incident.kind.rawValue == $0 } ?? true)
                && (parameters["node"].map { incident.node == $0 } ?? true)
                && (isOpen.map { incident.isOpen == $0 } ?? true)
        }
        let page = rows.prefix(limit)
        let next = rows.count > page.count ? page.last?.id.description : nil
        return Answer(picture: picture, now: now, replica: replica).list(page.map(Self.row), nextCursor: next)
    }

    static func row(_ incident: Incident) -> JSONValue {
        [
            "id": .string(incident.id.description), "kind": .string(incident.kind.rawValue),
            "node": .string(orNull: incident.node), "boot": .string(orNull: incident.boot),
            "began_at": .time(incident.beganAt.seconds), "ended_at": .time(incident.endedAt?.seconds),
            "open": .bool(incident.isOpen), "summary": .string(incident.summary),
            "sessions": incident.aftermath.map { aftermath in
                [
                    "stranded": .int(aftermath.sessions), "recovered": .int(aftermath.recovered),
                    "stuck": .int(aftermath.stuck), "silent": .int(aftermath.silent),
                ]
            } ?? .null,
            "storm": incident.storm.map { storm in
                [
                    "new_sessions": .int(storm.newSessions), "refused_requests": .int(storm.refusedRequests),
                    "peak_per_minute": .int(storm.peakPerMinute), "peak_at": .time(storm.peakAt.seconds),
                    "ended_at": .time(storm.endedAt?.seconds),
                ]
            } ?? .null,
            "alert": .string(orNull: incident.alert), "runbook": .string(orNull: incident.runbook),
        ]
    }
}
