import Digests
import API
import Exposition
import Foundation
import HTTP
import Intake
import Sessions
import Watching

/// `/`: the on-call page, and the answer of its explain box.
struct PageRoutes: Sendable {
    /// An id of the longest kind, each byte percent-encoded, and the rest of the form.
    static let bodyBytes = 16_384

    let watch: Watch
    let status: StatusRoutes
    let nodes: NodeRoutes
    let misroutes: MisrouteRoutes
    let incidents: IncidentBoard
    let cleanup: CleanupRoutes
    let explanations: ExplanationRoutes
    let sampling: HistorySampling
    /// Whether anyone may read: else the page is a bare shell without a token.
    let readsAreOpen: Bool
    let replica: String

    var routes: [Route] {
        [
            // Without the right to read it shows nothing, and asks for a token: so anyone may have it.
            Route(.get, "/", access: .open) { request, _ in
                answering(request, known: []) { _ in
                    readsAreOpen || request.grants.contains(.read) ? page() : Self.answer(Page.shell())
                }
            },
            Route(.post, "/", access: .scope(.read), bodyBytes: Self.bodyBytes) { request, _ in
                answering(request, known: []) { _ in explain(request) }
            },
        ]
    }

    private func page() -> HTTPResponse { Self.answer(Page(view: view()).html()) }

    private static func plain(_ value: some Encodable) -> JSONValue {
        (try? JSONValue(parsing: JSONEncoding.bytes(value))) ?? .null
    }

    private func view() -> PageView {
        let now = watch.clock.now()
        let snapshot = watch.registry.withLock { RegistrySnapshot($0, at: now) }
        let diagnosis = status.diagnosis(snapshot, at: now)
        var view = PageView(now: now)
        view.asOf = snapshot.picture.asOf
        view.replica = replica
        view.findings = diagnosis.findings
        view.status = Self.plain(status.document(snapshot, diagnosis, at: now))
        view.nodes = snapshot.nodes.map { Self.plain(NodeRow($0, at: now)) }
        view.misroutes = Self.plain(misroutes.document(limit: PageView.recentLimit, at: now))
        view.incidents = incidents.log.withLock { $0.incidents }.reversed().map { Self.plain(IncidentRow($0)) }
        view.cleanup = Self.plain(cleanup.document)
        view.lastHour = sampling.lastHour()
        return view
    }
}

// MARK: - Explaining

extension PageRoutes {
    /// `session=`: what was typed, a ref or an id; `ref=`: a ref that was pressed. An id belongs into no URL.
    private func explain(_ request: HTTPRequest) -> HTTPResponse {
        let type = request.headers["Content-Type"]?.prefix { $0 != ";" }.lowercased() ?? ""
        guard type == "application/x-www-form-urlencoded" else {
            return .problem(415, "the page's form is sent as application/x-www-form-urlencoded")
        }
        // A body of a form is written as a query is.
        let form = HTTPRequest(.get, "/?" + String(decoding: request.body, as: UTF8.self))
        guard form.targetFault == nil else { return .problem(400, "the body is no form") }
        for (name, _) in form.query where name != "session" && name != "ref" {
            return .problem(400, "unknown member; known here: session, ref", members: [(name: "member", value: name)])
        }
        let words = form.query.map { $0.value.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
        // A ref that is pressed comes after what is typed.
        guard let asked = words.last else {
            return answer(.problem("Neither a ref nor an id was given."), status: 400)
        }
        let isRef = SessionRef.range(prefix: asked) != nil
        let response = isRef ? explanations.explain(ref: asked) : explanations.explain(id: asked)
        let json = try? JSONValue(parsing: response.body)
        guard response.status == 200, let data = json?["data"] else {
            let detail = json?["detail"]?.string ?? "The answer cannot be read."
            let refs = json?["refs"]?.string.map { ": \($0)" } ?? ""
            return answer(
                .problem(detail.capitalizedFirst + refs), status: response.status,
                retryAfter: response.headers["Retry-After"])
        }
        return answer(.explanation(data))
    }

    private func answer(_ answer: PageView.Answer, status: Int = 200, retryAfter: String? = nil) -> HTTPResponse {
        var view = view()
        view.answer = answer
        var response = Self.answer(Page(view: view).html(), status: status)
        if let retryAfter { response.headers["Retry-After"] = retryAfter }
        return response
    }
}

// MARK: - Headers

extension PageRoutes {
    private static func answer(_ html: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [
                "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": contentSecurityPolicy,
                // With `no-referrer` a browser would send the form with `Origin: null`.
                "Referrer-Policy": "same-origin",
            ], body: html)
    }

    /// Nothing runs, loads or is sent but what is ours: style and script are named by their digests.
    static let contentSecurityPolicy: String = [
        "default-src 'none'", "style-src 'sha256-\(digest(PageStyle.text))'",
        "script-src 'sha256-\(digest(PageScript.text))'", "connect-src 'self'", "img-src data:", "form-action 'self'",
        "base-uri 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private static func digest(_ text: StaticString) -> String {
        let bytes = Array(text.description.utf8)
        return Data(SHA256().digest(bytes.span)).base64EncodedString()
    }
}
