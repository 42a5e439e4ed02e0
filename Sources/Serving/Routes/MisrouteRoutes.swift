import API
import HTTP
import Intake
import Sessions
import Watching

/// `/api/v1/misroutes`: the requests that a node could not serve, counted since the daemon began.
struct MisrouteRoutes: Sendable {
    static let standardLimit = 50
    static let limit = 1000
    /// Limit of listed sessions and clients.
    static let topLimit = 20

    let watch: WatchContext
    let intake: EventIntake
    let instance: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/misroutes", access: .scope(.read)) { request, _ in
                answering(request, known: ["node", "limit"]) { parameters throws(BadParameter) in
                    try misroutes(parameters)
                }
            }
        ]
    }

    private func misroutes(_ parameters: Parameters) throws(BadParameter) -> HTTPResponse {
        let limit = try parameters.number("limit", in: 1...Self.limit, default: Self.standardLimit)
        let node = try NodeFilter.name(in: parameters) {
            watch.registry.withLock { $0.nodeNames } + intake.tally.nodeNames
        }
        let now = watch.clock.now()
        return Framing(view: watch.registry.withLock { $0.view }, now: now, instance: instance).object(
            document(of: node, limit: limit, at: now))
    }

    /// The answer of the route, also used by the page.
    func document(of node: String? = nil, limit: Int, at now: UnixTime) -> MisroutesAnswer {
        let (affected, sessions) = watch.registry.withLock { registry in
            (registry.affectedSessions(at: now), registry.mostMisrouted(Self.topLimit, at: now))
        }
        return MisroutesAnswer(
            intake.tally, since: intake.since, of: node, affected: affected, sessions: sessions,
            topLimit: Self.topLimit, recentLimit: limit)
    }
}
