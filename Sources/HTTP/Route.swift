/// One method on one path, and what answers it.
public struct Route: Sendable {
    public enum Access: Sendable, Equatable {
        /// For anyone who can reach the server.
        case open
        /// For a token with the scope; `read` is free where `AccessRules` say so.
        case scope(AccessScope)
    }

    public typealias Handler = @Sendable (HTTPRequest, RouteParameters) -> HTTPResponse

    public let method: HTTPMethod
    /// For example `/api/v1/nodes/{node}`; a part in braces stands for one whole segment that is not empty.
    public let template: String
    public let access: Access
    /// Most bytes of a request's body.
    public let bodyBytes: Int
    let handler: Handler
    let parts: [Part]

    enum Part: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    public init(
        _ method: HTTPMethod, _ template: String, access: Access, bodyBytes: Int = HTTPLimits().bodyBytes,
        handler: @escaping Handler
    ) {
        self.method = method
        self.template = template
        self.access = access
        self.bodyBytes = bodyBytes
        self.handler = handler
        parts = template.split(separator: "/").map { part in
            part.first == "{" && part.last == "}"
                ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The parameters, where the template stands for that path.
    func parameters(in path: [String]) -> RouteParameters? {
        guard path.count == parts.count else { return nil }
        var parameters = RouteParameters()
        for (part, segment) in zip(parts, path) {
            switch part {
            case .literal(let text): guard text == segment else { return nil }
            case .parameter(let name):
                guard !segment.isEmpty else { return nil }
                parameters.values.append((name, segment))
            }
        }
        return parameters
    }

    /// Literal parts come before parameters: `/sessions/lookup` is never the session `lookup`.
    func isMoreSpecific(than other: Route) -> Bool {
        for (mine, theirs) in zip(parts, other.parts) {
            switch (mine, theirs) {
            case (.literal, .parameter): return true
            case (.parameter, .literal): return false
            default: continue
            }
        }
        return false
    }
}

/// What stands in the place of a template's parts in braces, decoded.
public struct RouteParameters: Sendable {
    var values: [(name: String, value: String)] = []

    public init(_ values: [(name: String, value: String)] = []) { self.values = values }

    /// Nil only if the template has no such part.
    public subscript(name: String) -> String? {
        values.first { $0.name == name }?.value
    }
}
