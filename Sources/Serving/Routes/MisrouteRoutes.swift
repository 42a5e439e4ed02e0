import Exposition
import HTTP
import Intake
import Sessions
import Watching

/// `/api/v1/misroutes`: the requests that a node could not serve, counted since the daemon began.
struct MisrouteRoutes: Sendable {
    static let standardLimit = 50
    static let limit = 1000
    /// Sessions and clients that are listed.
    static let topLimit = 20

    let watch: Watch
    let intake: EventIntake
    let replica: String

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
        let node = parameters["node"]
        let now = watch.clock.now()
        return Answer(picture: watch.registry.withLock { $0.picture }, now: now, replica: replica).object(
            document(of: node, limit: limit, at: now))
    }

    /// What the route answers with, also for the page.
    func document(of node: String? = nil, limit: Int, at now: UnixTime) -> JSONValue {
        let tally = intake.tally
        let (affected, top) = watch.registry.withLock { registry in
            (registry.affectedSessions(at: now), registry.mostMisrouted(Self.topLimit, at: now))
        }
        /// Whether the request reached the node that is asked for, or was for a session of it.
        func fits(_ serving: String?, _ owner: String?) -> Bool { node == nil || serving == node || owner == node }
        let matrix = (tally.misroutes + tally.unknownSessions).filter { fits($0.node, $0.owner) }
            .sorted { $0.count > $1.count }
        var totals: [Verdict: Int] = [:]
        for pair in matrix { totals[pair.verdict, default: 0] += pair.count }
        let recent = tally.recent.filter { fits($0.node, $0.owner) }
        return [
            "since": .time(intake.since.seconds),
            "totals": .counts(
                Verdict.allCases.compactMap { verdict in totals[verdict].map { (verdict.rawValue, $0) } }),
            "matrix": .array(matrix.map(Self.row)),
            "causes": .counts(StickyCause.allCases.map { ($0.rawValue, tally.causes[$0] ?? 0) }),
            "affected": ["transient": .int(affected.transient), "stuck": .int(affected.stuck)],
            "clients": .array(
                tally.clients.prefix(Self.topLimit).map { ["client": .string($0.name), "count": .int($0.count)] }),
            "sessions": .array(top.filter { node == nil || $0.recent.last?.node == node }.map(Self.row)),
            "recent": .array(recent.suffix(limit).reversed().map(Self.row)),
        ]
    }

    private static func row(_ pair: MisrouteTally.Pair) -> JSONValue {
        [
            "node": .name(pair.node), "owner": .name(pair.owner), "verdict": .string(pair.verdict.rawValue),
            "count": .int(pair.count),
        ]
    }

    private static func row(_ session: SessionFailures) -> JSONValue {
        let last = session.recent.last
        return [
            "ref": .string(session.ref.description), "misrouted": .int(session.misrouted),
            "refused": .int(session.refused),
            "first_at": .time(session.first?.seconds), "last_at": .time(session.last.seconds),
            "stuck": .bool(session.isStuck), "node": .string(orNull: last?.node),
            "verdict": .string(orNull: last?.verdict.rawValue),
        ]
    }

    static func row(_ judgement: Judgement) -> JSONValue {
        [
            "at": .time(judgement.time.seconds), "ref": .string(orNull: judgement.ref?.description),
            "node": .string(orNull: judgement.node), "owner": .string(orNull: judgement.owner),
            "verdict": .string(judgement.verdict.rawValue), "cause": .string(orNull: judgement.cause?.rawValue),
            "client": .string(orNull: judgement.client),
        ]
    }
}

extension JSONValue {
    /// Null where there is no name.
    fileprivate static func name(_ name: String) -> JSONValue { name.isEmpty ? .null : .string(name) }
}
