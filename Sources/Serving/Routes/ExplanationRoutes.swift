import API
import Digests
import Exposition
import HTTP
import Intake
import Sessions
import Watching

/// `/api/v1/sessions/{ref}` and `POST /api/v1/sessions/lookup`: why one session answers as it does.
struct ExplanationRoutes: Sendable {
    let watch: Watch
    let intake: EventIntake
    let incidents: IncidentBoard
    let reader: LiveReader
    /// Whether the settings name a source of events.
    let hasEventSource: Bool
    let instance: String

    var routes: [Route] {
        [
            Route(.post, "/api/v1/sessions/lookup", access: .scope(.read)) { request, _ in
                answering(request, known: []) { _ in lookup(request) }
            },
            Route(.get, "/api/v1/sessions/{ref}", access: .scope(.read)) { request, path in
                answering(request, known: []) { _ in
                    explain(ref: path["ref"] ?? "", showsID: request.grants.contains(.reveal))
                }
            },
        ]
    }

    /// By a ref, or a prefix of one that fits a single session.
    func explain(ref text: String, showsID: Bool = false) -> HTTPResponse {
        guard let range = SessionRef.range(prefix: text) else {
            let digits = "\(SessionRef.prefixDigitsLeast) to 16 hex digits"
            return .problem(400, "not a ref: s: and \(digits)", members: [(name: "parameter", value: "ref")])
        }
        let now = watch.clock.now()
        let found = watch.registry.withLock { $0.sessions(refs: range, at: now) }
        guard found.count < 2 else {
            var problem = Problem(409, detail: "the prefix fits more than one session")
            problem.lists = [("refs", found.map(\.summary.ref.description))]
            return .problem(problem)
        }
        if let session = found.first { return explain(session.summary.ref, id: session.id, showsID: showsID) }
        guard range.lowerBound == range.upperBound else {
            return watch.problemBeforeFirstReading ?? .problem(404, "no ref of a registered session begins like this")
        }
        return explain(range.lowerBound, id: nil)
    }

    /// `{"id": "..."}` in the body: an id belongs into no URL.
    private func lookup(_ request: HTTPRequest) -> HTTPResponse {
        guard let body = try? JSONValue(parsing: request.body), case .object(let members) = body else {
            return .problem(400, "the body is not a JSON object {\"id\": \"...\"}")
        }
        if let unknown = members.first(where: { $0.key != "id" }) {
            let named = [(name: "parameter", value: unknown.key)]
            return .problem(400, "unknown member", members: named)
        }
        guard let text = body["id"]?.string else {
            return .problem(400, "the member id is missing or no string", members: [(name: "parameter", value: "id")])
        }
        return explain(id: text, showsID: request.grants.contains(.reveal))
    }

    /// By the id itself.
    func explain(id text: String, showsID: Bool = false) -> HTTPResponse {
        let bytes = Array(text.utf8)
        guard let id = try? SessionID(bytes.span, maxLength: watch.plan.maxIDLength) else {
            let detail = "not an id: 1 to \(watch.plan.maxIDLength) bytes of visible ASCII"
            return .problem(400, detail, members: [(name: "parameter", value: "id")])
        }
        return explain(SessionRef(SHA256().prefix64(bytes.span)), id: id, showsID: showsID)
    }

    // MARK: - Answers

    private func explain(_ ref: SessionRef, id: SessionID?, showsID: Bool = false) -> HTTPResponse {
        // Not to be found says nothing then, and whose heartbeats are there neither.
        if let problem = watch.problemBeforeFirstReading { return problem }
        // Before the lock: nobody waits for Redis while holding it.
        let live = id.map { reader.look(at: $0) } ?? .notRead(why: "only its ref is known, and the key has the id")
        let now = watch.clock.now()
        let hearsRequests = hasEventSource || intake.acceptedCount > 0
        let aftermaths = watch.latestAftermaths()
        let (explanation, picture) = watch.registry.withLock { registry in
            let explanation = registry.explain(
                ref, id: id, live: live, aftermaths: aftermaths, hearsRequests: hearsRequests, at: now)
            return (explanation, registry.picture)
        }
        let answer = ExplanationAnswer(
            explanation, in: watch.plan.keySpace, at: now, incident: incident(of: explanation)?.id.description,
            id: showsID ? id.map { String(decoding: $0.bytes, as: UTF8.self) } : nil)
        return Framing(picture: picture, now: now, instance: instance).object(answer)
    }

    /// What it was lost by, where that is known.
    private func incident(of explanation: Explanation) -> Incident? {
        incidents.log.withLock { log in
            switch explanation.verdict {
            case .ownerDead, .ownerRestarted, .ownerDenies:
                return explanation.owner.flatMap { log.incident(ofOwner: $0.node, boot: $0.boot) }
            case .vanished: return explanation.ended.flatMap { log.incident(ofVanishedAt: $0.endedAt) }
            default: return nil
            }
        }
    }
}
