/// Who may ask for what. Pure: a request goes in, its grants or a refusal come out.
public struct AccessRules: Sendable {
    let tokens: [AccessToken]
    /// Whether scope `read` is free for all: on loopback, or where the settings allow it.
    let readsAreOpen: Bool
    let allowedHosts: [String]
    private let isTLS: Bool

    /// Names of parameters that can only mean a token; it is refused there, whatever its value.
    private static let tokenParameters = [
        "access_token", "token", "auth_token", "authorization", "auth", "bearer", "bearer_token", "api_key", "apikey",
    ]

    /// `allowedHosts` are the names, without port, by which clients reach the server beside its own; `isTLS` is whether
    /// they come to it by TLS.
    public init(
        tokens: [AccessToken] = [], listen: ListenAddress, allowAnonymousReads: Bool = false,
        allowedHosts: [String] = [], isTLS: Bool = false
    ) {
        self.isTLS = isTLS
        self.tokens = tokens
        readsAreOpen = listen.isLoopback || allowAnonymousReads
        self.allowedHosts = ["localhost"] + (listen.host.isEmpty ? [] : [listen.host]) + allowedHosts
    }

    /// Whether the request came with a token, right or wrong.
    static func bearsToken(_ request: HTTPRequest) -> Bool {
        request.headers.values("Authorization").contains { bearerToken($0) != nil }
    }

    /// Checks what holds for every route, and reads the token: its scopes become the request's grants.
    /// A wrong token is refused on an open route, too: the client believes that it has one.
    func refusal(identifying request: inout HTTPRequest, at unixSeconds: Int) -> AccessRefusal? {
        request.grants = []
        if let refusal = refusal(ofHead: request) { return AccessRefusal(refusal) }
        // Another scheme is no token of ours: a proxy in front may have a use for it.
        guard let presented = request.headers["Authorization"].flatMap(bearerToken) else { return nil }
        let challenge: HTTPHeaders = ["WWW-Authenticate": "Bearer error=\"invalid_token\""]
        guard let token = AccessToken.match(presented, among: tokens) else {
            return AccessRefusal(.problem(401, "the bearer token is not known", headers: challenge), isWrongToken: true)
        }
        guard !token.hasExpired(at: unixSeconds) else {
            return AccessRefusal(.problem(401, "the bearer token has expired", headers: challenge))
        }
        request.grants = token.scopes
        return nil
    }

    private func refusal(ofHead request: HTTPRequest) -> HTTPResponse? {
        if let authority = request.authority, !isAllowed(authority: authority) {
            return .problem(421, "this server does not answer for that Host")
        }
        // Such a request changes nothing; and without CORS headers the stranger's page does not get to see the answer.
        let isHarmless = request.method == .get || request.method == .head
        let origins = request.headers.values("Origin")
        guard isHarmless || origins.isEmpty || (origins.count == 1 && isOwn(origin: origins[0], of: request)) else {
            return .problem(403, "a page of another origin may not ask for this")
        }
        let inQuery = Self.tokenParameters.first { name in request.query.contains { isSameName($0.name, name) } }
        if let inQuery {
            // Targets end up in logs and histories.
            let detail = "a token belongs into the Authorization header, never into the URL"
            return .problem(400, detail, members: [("parameter", inQuery)])
        }
        let isAmbiguous = request.headers.values("Authorization").count > 1
        return isAmbiguous ? .problem(400, "more than one Authorization header") : nil
    }

    private func isOwn(origin: String, of request: HTTPRequest) -> Bool {
        guard let origin = RequestOrigin(origin), let authority = request.authority else { return false }
        // Without TLS of our own, a proxy in front may have it: the page's scheme is not known then.
        return (origin.isTLS || !isTLS) && origin.isSameHost(asAuthority: authority)
    }

    /// Whether those grants open the route: 401 without any token, 403 where the token lacks the scope.
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

    /// Against DNS rebinding: a page of a stranger's site reaches this server under the stranger's name only.
    /// An address cannot be rebound, so any is let in.
    func isAllowed(authority: String) -> Bool {
        guard let host = hostName(ofAuthority: authority) else { return false }
        return IPLiteral(host) != nil || allowedHosts.contains { isSameName($0, host) }
    }
}

/// Why a request is refused before its route is looked at.
struct AccessRefusal {
    let response: HTTPResponse
    /// Whether it counts against its address: a token that is not known. One that has expired is no guess.
    let isWrongToken: Bool

    init(_ response: HTTPResponse, isWrongToken: Bool = false) {
        self.response = response
        self.isWrongToken = isWrongToken
    }
}

/// `Bearer abc` is `abc`; nil for another scheme.
private func bearerToken(_ credentials: String) -> String? {
    let parts = credentials.split(separator: " ", maxSplits: 1)
    guard let scheme = parts.first, isSameName(String(scheme), "Bearer") else { return nil }
    return parts.count < 2 ? "" : String(parts[1].drop { $0 == " " })
}

/// `example.org:9850` is `example.org`, `[::1]:80` is `::1`, `localhost.` is `localhost`; nil if it is no host.
func hostName(ofAuthority authority: String) -> String? {
    var host = authority[...]
    if host.first == "[" {
        guard let end = host.firstIndex(of: "]") else { return nil }
        let rest = host[host.index(after: end)...]
        guard rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst())) else { return nil }
        let address = String(host[host.index(after: host.startIndex)..<end])
        return address.contains(":") && IPLiteral(address) != nil ? address : nil
    }
    if let colon = host.firstIndex(of: ":") {
        guard isPort(host[host.index(after: colon)...]) else { return nil }
        host = host[..<colon]
    }
    if host.last == "." { host = host.dropLast() }
    guard !host.isEmpty, host.utf8.allSatisfy(isHostNameByte) else { return nil }
    return String(host)
}

private func isPort(_ text: Substring) -> Bool {
    text.utf8.count <= 5 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}
