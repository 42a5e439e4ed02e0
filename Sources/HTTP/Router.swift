/// Finds the route of a request, keeps the access rules, and answers what no route answers.
public struct Router: Sendable {
    /// The template of an answer that no route gave: a label must not be what a client wrote.
    public static let noTemplate = "other"

    private let routes: [Route]
    private let access: AccessRules
    private let failures: FailedTokens

    /// `failures` is handed on from one router to the next, where rules change while the server runs.
    public init(_ routes: [Route], access: AccessRules, failures: FailedTokens = FailedTokens()) {
        self.routes = routes
        self.access = access
        self.failures = failures
    }

    /// The answer, and the template it came from (`other` without a route), which is fit for a metric's label.
    public func respond(
        to request: HTTPRequest, at time: RequestTime = .now
    ) -> (response: HTTPResponse, template: String) {
        var request = request
        switch verdict(on: &request, at: time, countsFailures: true) {
        case .refused(let response, let template): return (response, template)
        case .routed(let route, let parameters): return (route.handler(request, parameters), route.template)
        }
    }

    /// The most bytes that are taken of the request's body; nil where it would not get as far as a handler. Asked before
    /// the body is read, so that a client without a token cannot fill the memory with one.
    public func bodyBytes(of head: HTTPRequest, at time: RequestTime = .now) -> Int? {
        var head = head
        // The same request is asked about again once its body is there: its token is counted then.
        guard case .routed(let route, _) = verdict(on: &head, at: time, countsFailures: false) else { return nil }
        return route.bodyBytes
    }

    private enum Verdict {
        case refused(HTTPResponse, template: String)
        case routed(Route, RouteParameters)
    }

    private func refusal(
        identifying request: inout HTTPRequest, at time: RequestTime, countsFailures: Bool
    ) -> HTTPResponse? {
        if AccessRules.bearsToken(request), let seconds = failures.waitSeconds(of: request.peer, at: time.instant) {
            return .problem(
                429, "too many wrong tokens came from this address", headers: ["Retry-After": "\(seconds)"])
        }
        let refusal = access.refusal(identifying: &request, at: time.unixSeconds)
        if countsFailures, refusal?.isWrongToken == true {
            failures.countWrongToken(of: request.peer, at: time.instant)
        }
        return refusal?.response
    }

    private func verdict(on request: inout HTTPRequest, at time: RequestTime, countsFailures: Bool) -> Verdict {
        if let fault = request.targetFault {
            return .refused(.problem(400, String(describing: fault)), template: Self.noTemplate)
        }
        let refusal = refusal(identifying: &request, at: time, countsFailures: countsFailures)
        if request.target == "*" {
            return .refused(refusal ?? options(methods(of: routes)), template: Self.noTemplate)
        }
        guard let (template, candidates) = candidates(for: request.path) else {
            return .refused(refusal ?? .problem(404, "no such resource"), template: Self.noTemplate)
        }
        if let refusal { return .refused(refusal, template: template) }
        // HEAD is answered as GET is: the server leaves the body out.
        let method = request.method
        let route =
            candidates.first { $0.method == method } ?? candidates.first { method == .head && $0.method == .get }
        guard let route, let parameters = route.parameters(in: request.path) else {
            let allowed = methods(of: candidates)
            return .refused(request.method == .options ? options(allowed) : notAllowed(allowed), template: template)
        }
        if let refusal = access.refusal(of: request.grants, to: route.access) {
            return .refused(refusal, template: template)
        }
        if let refusal = encodedBody(request) { return .refused(refusal, template: template) }
        return .routed(route, parameters)
    }

    /// The most specific template that stands for the path, with its routes, one a method.
    private func candidates(for path: [String]) -> (template: String, routes: [Route])? {
        var best: Route?
        for route in routes where route.parameters(in: path) != nil {
            if let known = best, !route.isMoreSpecific(than: known) { continue }
            best = route
        }
        return best.map { best in (best.template, routes.filter { $0.template == best.template }) }
    }

    /// A compressed body would be taken for rubbish, and lost without a word.
    private func encodedBody(_ request: HTTPRequest) -> HTTPResponse? {
        let codings = request.headers.values("Content-Encoding")
        guard !codings.allSatisfy({ isSameName($0, "identity") }) else { return nil }
        return .problem(
            415, "bodies are taken without a Content-Encoding only", headers: ["Accept-Encoding": "identity"])
    }

    /// As the Allow header lists them, always in the same order.
    private func methods(of routes: [Route]) -> String {
        var known = Set(routes.map(\.method)).union([.options])
        if known.contains(.get) { known.insert(.head) }
        return HTTPMethod.allCases.filter(known.contains).map(\.rawValue).joined(separator: ", ")
    }

    private func options(_ allowed: String) -> HTTPResponse {
        HTTPResponse(status: 204, headers: ["Allow": allowed])
    }

    private func notAllowed(_ allowed: String) -> HTTPResponse {
        .problem(405, "this resource answers \(allowed)", headers: ["Allow": allowed])
    }
}
