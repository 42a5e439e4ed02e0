/// The routes of a server. It finds the route of a request, applies the access rules, and answers if there is no route.
public struct Router: Sendable {
    /// The template of an answer without a route. It is a metric's label, so it must not be a text of a client.
    public static let noTemplate = "other"

    private let routes: [Route]
    private let access: AccessRules
    private let failures: FailedTokens

    /// Makes a router. When rules change while the server runs, the next router takes over `failures`.
    public init(_ routes: [Route], access: AccessRules, failures: FailedTokens = FailedTokens()) {
        self.routes = routes
        self.access = access
        self.failures = failures
    }

    /// The answer, and the template of its route (`other` without one), which is fit for a metric's label.
    public func respond(
        to request: HTTPRequest, at time: RequestTime = .now
    ) -> (response: HTTPResponse, template: String) {
        var request = request
        switch verdict(on: &request, at: time, countsFailures: true) {
        case .refused(let response, let template): return (response, template)
        case .routed(let route, let parameters): return (route.handler(request, parameters), route.template)
        }
    }

    /// The most bytes of the body; nil if the request would reach no handler. It is asked before the body is read, so
    /// that a client without a token cannot fill the memory.
    public func bodyBytes(of head: HTTPRequest, at time: RequestTime = .now) -> Int? {
        var head = head
        // A wrong token is counted when the request is answered, once its body is there.
        guard case .routed(let route, _) = verdict(on: &head, at: time, countsFailures: false) else { return nil }
        return route.bodyBytes
    }

    private enum Verdict {
        case refused(HTTPResponse, template: String)
        case routed(Route, Route.Parameters)
    }

    private func refusal(
        identifying request: inout HTTPRequest, at time: RequestTime, countsFailures: Bool
    ) -> HTTPResponse? {
        if AccessRules.hasToken(request), let seconds = failures.waitSeconds(of: request.peer, at: time.instant) {
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
        // HEAD is answered like GET; the server leaves the body out.
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

    /// The most specific template that matches the path, with its routes, one for each method.
    private func candidates(for path: [String]) -> (template: String, routes: [Route])? {
        var best: Route?
        for route in routes where route.parameters(in: path) != nil {
            if let known = best, !route.isMoreSpecific(than: known) { continue }
            best = route
        }
        return best.map { best in (best.template, routes.filter { $0.template == best.template }) }
    }

    /// Refuses a compressed body, which the handler could not read.
    private func encodedBody(_ request: HTTPRequest) -> HTTPResponse? {
        let codings = request.headers.values("Content-Encoding")
        guard !codings.allSatisfy({ $0.isSameName(as: "identity") }) else { return nil }
        return .problem(
            415, "a body with a Content-Encoding is not accepted", headers: ["Accept-Encoding": "identity"])
    }

    /// The methods for the Allow header, always in the same order.
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
