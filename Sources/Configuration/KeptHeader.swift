/// A header that a source's log is said to keep. A line without it then means a request without it.
public enum KeptHeader: String, Sendable, CaseIterable {
    /// The cookies that the client sent.
    case cookie = "Cookie"
    /// The cookies that the proxy gave.
    case setCookie = "Set-Cookie"
    /// The two headers that tell the sessionless revision from the others.
    case protocolVersion = "Mcp-Protocol-Version"
    case method = "Mcp-Method"
}
