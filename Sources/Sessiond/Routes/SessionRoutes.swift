import Digests
import Exposition
import HTTP
import Sessions

/// `/api/v1/sessions`, `/api/v1/sessions/{ref}` and `POST /api/v1/sessions/lookup`.
struct SessionRoutes: Sendable {
    static let standardLimit = 100
    static let limit = 1000
    static let filters = [
        "state", "reason", "node", "client", "misrouted", "stuck", "older_than", "limit", "cursor",
    ]
    /// Turns at the table that one listing may take: a rare state in a large registry is found over several pages.
    static let turnLimit = 64

    let watch: Watch
    let replica: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/sessions", access: .scope(.read)) { request, _ in
                answering(request, known: Self.filters) { parameters throws(BadParameter) in try list(parameters) }
            },
            Route(.post, "/api/v1/sessions/lookup", access: .scope(.read)) { request, _ in
                answering(request, known: []) { _ in lookup(request) }
            },
            Route(.get, "/api/v1/sessions/{ref}", access: .scope(.read)) { request, path in
                answering(request, known: []) { _ in one(path["ref"] ?? "", request) }
            },
        ]
    }

    /// In the order of refs; the cursor is the last ref of the page before, so that a page stands whatever comes and goes.
    private func list(_ parameters: Parameters) throws(BadParameter) -> HTTPResponse {
        var filter = SessionFilter()
        filter.state = try parameters.word("state", of: SessionState.words)
        filter.reason = try parameters.word("reason", of: SessionState.reasonWords)
        filter.node = parameters["node"]
        filter.client = parameters["client"]
        filter.misrouted = try parameters.flag("misrouted")
        filter.stuck = try parameters.flag("stuck")
        if let text = parameters["older_than"] {
            guard let duration = try? DurationText.parse(text) else {
                throw BadParameter(name: "older_than", detail: "not a duration (500ms, 15s, 10m, 1h, 30d)")
            }
            filter.olderThanSeconds = duration.inSeconds
        }
        let limit = try parameters.number("limit", in: 1...Self.limit, default: Self.standardLimit)
        var after: SessionRef?
        if let cursor = parameters["cursor"] {
            guard let range = SessionRef.range(prefix: cursor), range.lowerBound == range.upperBound else {
                throw BadParameter(name: "cursor", detail: "not a cursor of this listing")
            }
            after = range.lowerBound
        }
        let now = watch.clock.now()
        var rows: [SessionSummary] = []
        var next = after
        for _ in 0..<Self.turnLimit {
            let page = watch.registry.withLock { $0.page(filter, after: next, limit: limit - rows.count, at: now) }
            rows += page.sessions
            next = page.next
            if next == nil || rows.count >= limit { break }
        }
        return answer(at: now).list(rows.map { row($0, at: now) }, nextCursor: next?.description)
    }

    private func one(_ text: String, _ request: HTTPRequest) -> HTTPResponse {
        guard let range = SessionRef.range(prefix: text) else {
            let digits = "\(SessionRef.prefixDigitsLeast) to 16 hex digits"
            return .problem(400, "not a ref: s: and \(digits)", members: [(name: "parameter", value: "ref")])
        }
        let now = watch.clock.now()
        let found = watch.registry.withLock { $0.sessions(refs: range, at: now) }
        guard found.count < 2 else {
            let refs = found.map(\.summary.ref.description).joined(separator: " ")
            return .problem(409, "the prefix fits more than one session", members: [(name: "refs", value: refs)])
        }
        guard let session = found.first else { return notFound(at: now) }
        let id = request.grants.contains(.reveal) ? session.id : nil
        return answer(at: now).object(
            row(session.summary, at: now, revealing: id).adding([refusals(of: session.summary.ref, at: now)]))
    }

    /// `{"id": "..."}` in the body: an id belongs into no URL.
    private func lookup(_ request: HTTPRequest) -> HTTPResponse {
        guard let body = try? JSONValue(parsing: request.body), case .object(let members) = body else {
            return .problem(400, "the body is not a JSON object {\"id\": \"...\"}")
        }
        if let unknown = members.first(where: { $0.key != "id" }) {
            return .problem(400, "unknown member", members: [(name: "parameter", value: unknown.key)])
        }
        guard let text = body["id"]?.string else {
            return .problem(400, "the member id is missing or no string", members: [(name: "parameter", value: "id")])
        }
        let bytes = Array(text.utf8)
        guard let id = try? SessionID(bytes.span, maxLength: watch.plan.maxIDLength) else {
            let detail = "not an id: 1 to \(watch.plan.maxIDLength) bytes of visible ASCII"
            return .problem(400, detail, members: [(name: "parameter", value: "id")])
        }
        let now = watch.clock.now()
        let ref = SessionRef(SHA256().prefix64(bytes.span))
        guard let session = watch.registry.withLock({ $0.session(id, ref: ref, at: now) }) else {
            return notFound(at: now, ref: ref)
        }
        return answer(at: now).object(row(session, at: now).adding([refusals(of: ref, at: now)]))
    }

    /// What is remembered of its refused requests; null where there is nothing.
    private func refusals(of ref: SessionRef, at now: UnixTime) -> (key: String, value: JSONValue) {
        guard let failures = watch.registry.withLock({ $0.failures(of: ref, at: now) }) else {
            return ("refused", .null)
        }
        let recent = failures.recent.reversed().map { failure -> JSONValue in
            [
                "at": .time(failure.time.seconds), "node": .string(orNull: failure.node),
                "verdict": .string(failure.verdict.rawValue), "cause": .string(orNull: failure.cause?.rawValue),
            ]
        }
        return (
            "refused",
            [
                "count": .int(failures.refused), "first_at": .time(failures.first?.seconds),
                "last_at": .time(failures.last.seconds), "recent": .array(recent),
            ]
        )
    }

    /// Until the first reading is complete, not to be found says nothing.
    private func notFound(at now: UnixTime, ref: SessionRef? = nil) -> HTTPResponse {
        let members = ref.map { [(name: "ref", value: $0.description)] } ?? []
        guard watch.registry.withLock({ $0.picture.asOf }) != nil else {
            return .problem(
                503, "the first reading of the registry is not complete", members: members,
                headers: ["Retry-After": "2"])
        }
        return .problem(404, "no session of that ref is registered", members: members)
    }

    private func answer(at now: UnixTime) -> Answer {
        Answer(picture: watch.registry.withLock { $0.picture }, now: now, replica: replica)
    }

    private func row(_ session: SessionSummary, at now: UnixTime, revealing id: SessionID? = nil) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("ref", .string(session.ref.description)), ("state", .string(session.state.word)),
            ("reason", .string(orNull: session.state.reason)), ("node", .string(orNull: session.node)),
            ("boot", .string(orNull: session.boot)), ("created_at", .time(session.createdAt?.seconds)),
            ("last_seen", .time(session.lastSeen?.seconds)), ("expires_at", .time(session.expiresAt?.seconds)),
            ("client", .string(orNull: session.client.isEmpty ? nil : session.client)),
            ("misrouted", .int(session.misrouted)), ("stuck", .bool(session.isStuck)),
            ("learnt_owner", .bool(session.isLearnt)),
            ("no_expiry", .bool(session.hasNoExpiry)), ("orphaned_since", .time(session.orphanedSince?.seconds)),
            ("dialect", .string(watch.plan.keySpace.dialects[session.dialect].name)),
        ]
        if let id { members.append(("id", .string(String(decoding: id.bytes, as: UTF8.self)))) }
        return .object(members)
    }
}
