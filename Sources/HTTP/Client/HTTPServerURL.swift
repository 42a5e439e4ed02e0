import Sockets

/// The address of an HTTP server: `https://host:port/path`, without user info, query or fragment.
public struct HTTPServerURL: Sendable, Equatable {
    public enum Problem: Error, Sendable, Equatable {
        case notURL
        case otherScheme
        case userInfo
        case queryOrFragment
    }

    public let isEncrypted: Bool
    public let address: SocketAddress
    /// Host and port as the Host field names them.
    let authority: String
    /// Without a slash at its end: empty or `/base`.
    let path: String

    public init(_ text: String) throws(Problem) {
        guard let schemeEnd = text.firstRange(of: "://") else { throw .notURL }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        let rest = text[schemeEnd.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { throw .userInfo }
        guard !authority.isEmpty else { throw .notURL }
        guard ["http", "https"].contains(scheme) else { throw .otherScheme }
        var path = rest[authority.endIndex...]
        guard !path.contains("?"), !path.contains("#") else { throw .queryOrFragment }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .notURL }
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
        isEncrypted = scheme == "https"
        let (host, port) = try Self.hostAndPort(authority)
        address = .tcp(host: host, port: port ?? (isEncrypted ? 443 : 80))
        // A zone such as `%eth0` means something on this machine alone.
        let name = host.contains(":") ? "[\(host.prefix { $0 != "%" })]" : host
        self.authority = name + (port.map { ":\($0)" } ?? "")
    }

    private static func hostAndPort(_ authority: Substring) throws(Problem) -> (host: String, port: UInt16?) {
        let host: String
        let after: Substring
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            host = String(authority[..<close].dropFirst().replacing("%25", with: "%"))
            guard host.contains(":"), IPLiteral(String(host.prefix { $0 != "%" })) != nil else { throw .notURL }
            after = authority[close...].dropFirst()
        } else {
            host = String(authority.prefix { $0 != ":" })
            guard !host.isEmpty, host.allSatisfy(isInNames) else { throw .notURL }
            after = authority.dropFirst(host.count)
        }
        guard !after.isEmpty else { return (host, nil) }
        let digits = after.dropFirst()
        guard after.first == ":", let port = UInt16(digits), port > 0, digits.first != "+" else { throw .notURL }
        return (host, port)
    }

    private static func isInNames(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
    }
}
