import API
import Digests
import FoundationEssentials
import Glibc
import HTTP
import Intake
import Sessions
import Watching

/// `/`: the on-call page, and the answer of its explain box.
struct PageRoutes: Sendable {
    /// Longest form: an id of the longest kind with each byte percent-encoded, and the rest.
    static let bodyBytes = 16_384

    let watch: WatchContext
    let status: StatusRoutes
    let misroutes: MisrouteRoutes
    let incidents: IncidentBoard
    let cleanup: CleanupRoutes
    let explanations: ExplanationRoutes
    let sampling: HistorySampling
    /// True if anyone may read; else the page is a bare shell for requests without a token.
    let readsAreOpen: Bool
    let instance: String

    var routes: [Route] {
        [
            // Open to anyone: without the right to read it shows no data and asks for a token.
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

    private func view(answer: PageView.Answer? = nil) -> PageView {
        let now = watch.clock.now()
        let snapshot = watch.registry.withLock { RegistrySnapshot($0, at: now) }
        let input = status.diagnosisInput(snapshot, at: now)
        let diagnosis = Diagnosis(input)
        return PageView(
            now: now, asOf: snapshot.view.asOf, instance: instance, findings: diagnosis.findings,
            status: status.document(snapshot, input, diagnosis),
            nodes: snapshot.nodes.map { NodeRow($0, at: now) },
            misroutes: misroutes.document(of: nil, limit: PageView.recentLimit, at: now),
            incidents: incidents.log.withLock { $0.incidents }.reversed().map { IncidentRow($0) },
            cleanup: cleanup.document, lastHour: sampling.lastHour(), answer: answer)
    }
}

// MARK: - Explaining

extension PageRoutes {
    /// Takes `session=`, the ref or id that was typed, and `ref=`, the ref that was pressed. An id belongs in no URL.
    private func explain(_ request: HTTPRequest) -> HTTPResponse {
        let type = request.headers["Content-Type"]?.prefix { $0 != ";" }.lowercased() ?? ""
        guard type == "application/x-www-form-urlencoded" else {
            return .problem(415, "the page's form is sent as application/x-www-form-urlencoded")
        }
        // The body of a form is written like a query.
        let form = HTTPRequest(.get, "/?" + String(decoding: request.body, as: UTF8.self))
        guard form.targetFault == nil else { return .problem(400, "the body is not a form") }
        for (name, _) in form.query where name != "session" && name != "ref" {
            return .problem(400, "unknown member; known here: session, ref", members: [(name: "member", value: name)])
        }
        let words = form.query.map { $0.value.trimmed() }.filter { !$0.isEmpty }
        // A ref that was pressed comes after what was typed.
        guard let asked = words.last else {
            return answer(.problem("Neither a ref nor an id was given."), status: 400)
        }
        do throws(NoExplanation) {
            let isRef = SessionRef.range(prefix: asked) != nil
            return try answer(
                .explanation(isRef ? explanations.explanation(ref: asked) : explanations.explanation(id: asked)))
        } catch {
            return answer(
                .problem(error.why.capitalizedFirst), status: error.response.status,
                retryAfter: error.response.headers["Retry-After"])
        }
    }

    private func answer(_ answer: PageView.Answer, status: Int = 200, retryAfter: String? = nil) -> HTTPResponse {
        var response = Self.answer(Page(view: view(answer: answer)).html(), status: status)
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

    /// Allows only what this page brings along: its style and script by their digests, and requests to its own origin.
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
