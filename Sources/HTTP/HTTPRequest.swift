/// A request as a plain value, so that a route can be tested without a socket.
public struct HTTPRequest: Sendable {
    public var method: HTTPMethod
    /// The target as it was sent, query included. It may carry a secret, so never log it.
    public var target: String
    /// The decoded segments; `%2F` stays inside one. Empty for `/`.
    public var path: [String]
    /// The decoded parameters, in order. `+` is a space, and a name without `=` has an empty value.
    public var query: [(name: String, value: String)]
    public var headers: HTTPHeaders
    public var body: [UInt8]
    /// The client's address without its port; empty if it is unknown.
    public var peer: String
    /// The scopes of its token, which `AccessRules` fills in.
    public var grants: Set<AccessScope> = []
    /// The requested host: that of an absolute target, else the Host header.
    public var authority: String?
    /// The reason why `target` could not be decoded. Path and query are empty then, and the router answers 400.
    public let targetFault: HTTPError?

    public init(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = [], peer: String = ""
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
        var parts = RequestTarget()
        var fault: HTTPError?
        do { parts = try RequestTarget(target, method: method) } catch { fault = error }
        path = parts.path
        query = parts.query
        authority = parts.authority ?? headers["Host"]
        targetFault = fault
    }
}
