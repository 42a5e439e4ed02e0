/// One request as a plain value, so that a route can be tested without a socket.
public struct HTTPRequest: Sendable {
    public var method: HTTPMethod
    /// As sent, query included. It may carry what must not be kept: never log it.
    public var target: String
    /// Decoded segments; `%2F` stays inside one. Empty for `/`.
    public var path: [String]
    /// Decoded, in order; `+` is a space, and a name without `=` has an empty value.
    public var query: [(name: String, value: String)]
    public var headers: HTTPHeaders
    public var body: [UInt8]
    /// The client's address without its port; empty where it is not known.
    public var peer: String
    /// The scopes of the token that came with it, filled in by `AccessRules`.
    public var grants: Set<AccessScope> = []
    /// The host asked for: that of an absolute target, else the Host field.
    public var authority: String?
    /// Why `target` could not be decoded; the path and the query are then empty and the router answers 400.
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
