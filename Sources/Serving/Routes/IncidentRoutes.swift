import API
import HTTP
import Intake
import Sessions
import Watching

/// `/api/v1/incidents`: what went wrong, the latest first.
struct IncidentRoutes: Sendable {
    static let standardLimit = 100
    static let limit = 1000

    let watch: WatchContext
    let board: IncidentBoard
    let instance: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/incidents", access: .scope(.read)) { request, _ in
                answering(request, known: ["kind", "node", "open", "limit", "cursor"]) {
                    parameters throws(BadParameter) in try list(parameters)
                }
            }
        ]
    }

    /// The cursor is the last id of the page before, so that new incidents do not shift the page.
    private func list(_ parameters: Parameters) throws(BadParameter) -> HTTPResponse {
        let kind = try parameters.word("kind", of: Incident.Kind.allCases.map(\.rawValue))
        let node = try NodeFilter.name(in: parameters) {
            watch.registry.withLock { $0.nodeNames } + board.log.withLock { $0.incidents }.flatMap(\.nodeNames)
        }
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
        let view = watch.registry.withLock { $0.view }
        let rows = board.log.withLock { $0.incidents }.reversed().filter { incident in
            (before.map { incident.id < $0 } ?? true) && (kind.map { incident.kind.rawValue == $0 } ?? true)
                && (node.map { incident.concerns(node: $0) } ?? true)
                && (isOpen.map { incident.isOpen == $0 } ?? true)
        }
        let page = rows.prefix(limit)
        let next = rows.count > page.count ? page.last?.id.description : nil
        return Framing(view: view, now: now, instance: instance).list(
            page.map(IncidentRow.init), nextCursor: next)
    }
}
