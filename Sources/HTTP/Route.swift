/// A method on a path, with the handler that answers it.
public struct Route: Sendable {
    public enum Access: Sendable, Equatable {
        /// Everybody who can reach the server may ask.
        case open
        /// A token with the scope is needed, unless `AccessRules` open `read` to all.
        case scope(AccessScope)
    }

    /// The decoded segments of a path that take the place of a template's parts in braces.
    public struct Parameters: Sendable {
        var values: [(name: String, value: String)] = []

        public init(_ values: [(name: String, value: String)] = []) { self.values = values }

        /// The value of a part; nil only if the template has no such part.
        public subscript(name: String) -> String? {
            values.first { $0.name == name }?.value
        }
    }

    public typealias Handler = @Sendable (HTTPRequest, Parameters) -> HTTPResponse

    public let method: HTTPMethod
    /// The path, such as `/api/v1/nodes/{node}`. A part in braces stands for one segment that is not empty.
    public let template: String
    public let access: Access
    /// The most bytes of a request's body.
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

    /// The parameters of the path; nil if the template does not match it.
    func parameters(in path: [String]) -> Parameters? {
        guard path.count == parts.count else { return nil }
        var parameters = Parameters()
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

    /// True if it takes precedence over the other. A literal part goes before a parameter, so `/sessions/lookup` is
    /// never the session `lookup`.
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
