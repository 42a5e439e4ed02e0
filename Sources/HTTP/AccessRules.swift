/// The rules that decide who may ask for what. They are pure: a request goes in, and its grants or a refusal come out.
public struct AccessRules: Sendable {
    /// A refusal before the route is known.
    struct Refusal {
        let response: HTTPResponse
        /// True if it counts against the client's address, because the token is unknown. An expired token is no guess.
        let isWrongToken: Bool

        init(_ response: HTTPResponse, isWrongToken: Bool = false) {
            self.response = response
            self.isWrongToken = isWrongToken
        }
    }

    let tokens: [AccessToken]
    /// True if everybody has the scope `read`: on loopback, or if the settings allow it.
    let readsAreOpen: Bool
    let allowedHosts: [String]
    private let isTLS: Bool

    /// Names of query parameters that can only mean a token. Such a request is refused, whatever the value.
    private static let tokenParameters = [
        "access_token", "token", "auth_token", "authorization", "auth", "bearer", "bearer_token", "api_key", "apikey",
    ]

    /// `allowedHosts` are further names, without port, by which clients reach the server. `isTLS` says whether they
    /// reach it by TLS.
    public init(
        tokens: [AccessToken] = [], listen: ListenAddress, allowAnonymousReads: Bool = false,
        allowedHosts: [String] = [], isTLS: Bool = false
    ) {
        self.isTLS = isTLS
        self.tokens = tokens
        readsAreOpen = listen.isLoopback || allowAnonymousReads
        self.allowedHosts = ["localhost"] + (listen.host.isEmpty ? [] : [listen.host]) + allowedHosts
    }

    /// True if the request has a token, good or bad.
    static func hasToken(_ request: HTTPRequest) -> Bool {
        request.headers.values("Authorization").contains { Self.bearerToken($0) != nil }
    }

    /// Checks the rules of every route, and reads the token, whose scopes become the request's grants. A wrong token is
    /// refused even on an open route, since the client believes in it.
    func refusal(identifying request: inout HTTPRequest, at unixSeconds: Int) -> Refusal? {
        request.grants = []
        if let refusal = refusal(ofHead: request) { return Refusal(refusal) }
        // Another scheme is not meant for us, but perhaps for a proxy in front.
        guard let presented = request.headers["Authorization"].flatMap(Self.bearerToken) else { return nil }
        let challenge: HTTPHeaders = ["WWW-Authenticate": "Bearer error=\"invalid_token\""]
        guard let token = AccessToken.match(presented, among: tokens) else {
            return Refusal(.problem(401, "the bearer token is not known", headers: challenge), isWrongToken: true)
        }
        guard !token.hasExpired(at: unixSeconds) else {
            return Refusal(.problem(401, "the bearer token has expired", headers: challenge))
        }
        request.grants = token.scopes
        return nil
    }

    private func refusal(ofHead request: HTTPRequest) -> HTTPResponse? {
        if let authority = request.authority, !isAllowed(authority: authority) {
            return .problem(421, "this server does not answer for that Host")
        }
        // A harmless request changes nothing, and without CORS headers another origin's page cannot read the answer.
        let isHarmless = request.method == .get || request.method == .head
        let origins = request.headers.values("Origin")
        guard isHarmless || origins.isEmpty || (origins.count == 1 && isOwn(origin: origins[0], of: request)) else {
            return .problem(403, "a page of another origin may not ask for this")
        }
        let inQuery = Self.tokenParameters.first { name in request.query.contains { $0.name.isSameName(as: name) } }
        if let inQuery {
            // URLs end up in logs and histories.
            let detail = "send the token in the Authorization header, never in the URL"
            return .problem(400, detail, members: [("parameter", inQuery)])
        }
        let isAmbiguous = request.headers.values("Authorization").count > 1
        return isAmbiguous ? .problem(400, "more than one Authorization header") : nil
    }

    private func isOwn(origin: String, of request: HTTPRequest) -> Bool {
        guard let origin = RequestOrigin(origin), let authority = request.authority else { return false }
        // A proxy in front may do TLS in our place, so either scheme is right then.
        return (origin.isTLS || !isTLS) && origin.isSameHost(asAuthority: authority)
    }

    /// The refusal if the grants do not open the route: 401 without a token, 403 if the token lacks the scope.
    func refusal(of grants: Set<AccessScope>, to access: Route.Access) -> HTTPResponse? {
        guard case .scope(let scope) = access, !grants.contains(scope) else { return nil }
        if scope == .read && readsAreOpen { return nil }
        let members = [(name: "scope", value: scope.rawValue)]
        guard !grants.isEmpty else {
            return .problem(
                401, "a bearer token with the scope '\(scope.rawValue)' is needed", members: members,
                headers: ["WWW-Authenticate": "Bearer"])
        }
        let challenge = "Bearer error=\"insufficient_scope\", scope=\"\(scope.rawValue)\""
        return .problem(
            403, "the token lacks the scope '\(scope.rawValue)'", members: members,
            headers: ["WWW-Authenticate": challenge])
    }

    /// True if the server answers for this host. The check defeats DNS rebinding, by which a page of another site
    /// reaches this server under that site's name. An address cannot be rebound, so every address is allowed.
    func isAllowed(authority: String) -> Bool {
        guard let host = HostName.of(authority: authority) else { return false }
        return IPLiteral(host) != nil || allowedHosts.contains { $0.isSameName(as: host) }
    }

    /// The token of `Bearer abc`, which is `abc`; nil for another scheme.
    private static func bearerToken(_ credentials: String) -> String? {
        let parts = credentials.split(separator: " ", maxSplits: 1)
        guard let scheme = parts.first, scheme.isSameName(as: "Bearer") else { return nil }
        return parts.count < 2 ? "" : String(parts[1].drop { $0 == " " })
    }
}
