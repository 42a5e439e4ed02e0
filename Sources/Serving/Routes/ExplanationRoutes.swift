import API
import Digests
import Exposition
import HTTP
import Intake
import Sessions
import Watching

/// `/api/v1/sessions/{ref}` and `POST /api/v1/sessions/lookup`: why one session answers as it does.
struct ExplanationRoutes: Sendable {
    let watch: WatchContext
    let intake: EventIntake
    let incidents: IncidentBoard
    let reader: LiveReader
    /// True if the settings name a source of events.
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

    private func explain(ref: String, showsID: Bool) -> HTTPResponse {
        answer { () throws(NoExplanation) in try explanation(ref: ref, showsID: showsID) }
    }

    /// `{"id": "..."}` in the body: an id does not belong in a URL.
    private func lookup(_ request: HTTPRequest) -> HTTPResponse {
        guard let body = try? JSONValue(parsing: request.body), case .object(let members) = body else {
            return .problem(400, "the body is not a JSON object {\"id\": \"...\"}")
        }
        if let unknown = members.first(where: { $0.key != "id" }) {
            let named = [(name: "parameter", value: unknown.key)]
            return .problem(400, "unknown member", members: named)
        }
        guard let order = try? JSONDecoding.decode(LookupOrder.self, from: body) else {
            return .problem(
                400, "the member id is missing or not a string", members: [(name: "parameter", value: "id")])
        }
        let showsID = request.grants.contains(.reveal)
        return answer { () throws(NoExplanation) in try explanation(id: order.id, showsID: showsID) }
    }

    private func answer(_ explanation: () throws(NoExplanation) -> ExplanationAnswer) -> HTTPResponse {
        do throws(NoExplanation) {
            let answer = try explanation()
            let framing = Framing(
                view: watch.registry.withLock { $0.view }, now: watch.clock.now(), instance: instance)
            return framing.object(answer)
        } catch {
            return error.response
        }
    }
}

/// The reason why there is no explanation.
struct NoExplanation: Error {
    /// One sentence for a person, without its full stop.
    let why: String
    /// The API's answer.
    let response: HTTPResponse

    init(why: String, _ response: HTTPResponse) { (self.why, self.response) = (why, response) }

    init(_ status: Int, _ detail: String, members: [(name: String, value: String)] = []) {
        self.init(why: detail, .problem(status, detail, members: members))
    }
}

// MARK: - Explanations

extension ExplanationRoutes {
    /// An explanation by a ref, or by a prefix of one that fits a single session.
    func explanation(ref text: String, showsID: Bool = false) throws(NoExplanation) -> ExplanationAnswer {
        guard let range = SessionRef.range(prefix: text) else {
            let digits = "\(SessionRef.prefixDigitsLeast) to 16 hex digits"
            throw NoExplanation(400, "not a ref: s: and \(digits)", members: [(name: "parameter", value: "ref")])
        }
        let now = watch.clock.now()
        let found = watch.registry.withLock { $0.sessions(refs: range, at: now) }
        guard found.count < 2 else { throw Self.several(found.map(\.summary.ref.description)) }
        if let session = found.first {
            return try explanation(session.summary.ref, id: session.id, showsID: showsID)
        }
        guard range.lowerBound == range.upperBound else {
            try requireFirstScan()
            throw NoExplanation(404, "no ref of a registered session begins like this")
        }
        return try explanation(range.lowerBound, id: nil, showsID: false)
    }

    /// An explanation by the id itself.
    func explanation(id text: String, showsID: Bool = false) throws(NoExplanation) -> ExplanationAnswer {
        let bytes = Array(text.utf8)
        guard let id = try? SessionID(bytes.span, maxLength: watch.plan.maxIDLength) else {
            let detail = "not an id: 1 to \(watch.plan.maxIDLength) bytes of visible ASCII"
            throw NoExplanation(400, detail, members: [(name: "parameter", value: "id")])
        }
        return try explanation(SessionRef(SHA256().prefix64(bytes.span)), id: id, showsID: showsID)
    }

    private func explanation(
        _ ref: SessionRef, id: SessionID?, showsID: Bool
    ) throws(NoExplanation) -> ExplanationAnswer {
        // Before the first full scan, a session that is not found may still exist.
        try requireFirstScan()
        // The key is read before the lock is taken, so that no thread waits for Redis while it holds the lock.
        let live =
            id.map { reader.read($0) } ?? .notRead(why: "only its ref is known, and the key is named by the id")
        let now = watch.clock.now()
        let hearsRequests = hasEventSource || intake.acceptedCount > 0
        let aftermaths = watch.latestAftermaths()
        let explanation = watch.registry.withLock { registry in
            registry.explain(
                ref, id: id, live: live, aftermaths: aftermaths, hearsRequests: hearsRequests, at: now)
        }
        return ExplanationAnswer(
            explanation, in: watch.plan.keySpace, at: now, incident: incident(of: explanation)?.id.description,
            id: showsID ? id.map { String(decoding: $0.bytes, as: UTF8.self) } : nil)
    }

    private func requireFirstScan() throws(NoExplanation) {
        if let nothing = watch.nothingBeforeFirstScan { throw nothing }
    }

    private static func several(_ refs: [String]) -> NoExplanation {
        var problem = Problem(409, detail: "the prefix fits more than one session")
        problem.lists = [("refs", refs)]
        return NoExplanation(
            why: "the prefix fits more than one session: \(refs.joined(separator: " "))", .problem(problem))
    }

    /// The incident by which the session was lost, if that is known.
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
