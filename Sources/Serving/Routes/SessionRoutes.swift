import API
import Configuration
import HTTP
import Sessions
import Watching

/// `/api/v1/sessions`: the listing.
struct SessionRoutes: Sendable {
    static let standardLimit = 100
    static let limit = 1000
    static let filters = [
        "state", "reason", "node", "client", "misrouted", "stuck", "older_than", "limit", "cursor",
    ]
    /// Steps over the table that one listing may take: a rare state in a large registry is found over several pages.
    static let turnLimit = 64

    let watch: WatchContext
    let instance: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/sessions", access: .scope(.read)) { request, _ in
                answering(request, known: Self.filters) { parameters throws(BadParameter) in try list(parameters) }
            }
        ]
    }

    /// Sorted by ref. The cursor is the last ref of the page before, so that sessions that come and go do not shift the
    /// page.
    private func list(_ parameters: Parameters) throws(BadParameter) -> HTTPResponse {
        var filter = SessionFilter()
        filter.state = try parameters.word("state", of: SessionState.words)
        filter.reason = try parameters.word("reason", of: SessionState.reasonWords)
        filter.node = try NodeFilter.name(in: parameters) { watch.registry.withLock { $0.nodeNames } }
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
        var rows: [SessionRow] = []
        var next = after
        for _ in 0..<Self.turnLimit {
            let page = watch.registry.withLock { $0.page(filter, after: next, limit: limit - rows.count, at: now) }
            rows += page.sessions.map { SessionRow($0, in: watch.plan.keySpace) }
            rows += page.unregistered.map(SessionRow.init)
            next = page.next
            if next == nil || rows.count >= limit { break }
        }
        if filter.stuck == true { rows.sort { $0.ref < $1.ref } }
        let framing = Framing(view: watch.registry.withLock { $0.view }, now: now, instance: instance)
        return framing.list(rows, nextCursor: next?.description)
    }
}
