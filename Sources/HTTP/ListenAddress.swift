/// The address at which the server listens: `127.0.0.1:9850`, `[::1]:9850`, `localhost:9850`, or `:9850` for every
/// interface. Port 0 lets the system choose.
public struct ListenAddress: Sendable, Equatable {
    /// The host without brackets; empty for every interface.
    public let host: String
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads an address; throws `badListenAddress`.
    public static func parse(_ text: String) throws(HTTPError) -> ListenAddress {
        guard let colon = text.lastIndex(of: ":") else { throw .badListenAddress(text) }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            throw .badListenAddress(text)
        }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), IPLiteral(String(host)) != nil else { throw .badListenAddress(text) }
        } else if host.contains(":") || !host.utf8.allSatisfy(HostName.allows) {
            // An address such as `::1:9850` could be read in two ways.
            throw .badListenAddress(text)
        }
        return ListenAddress(host: String(host), port: port)
    }

    /// True if only this machine can reach it. A name other than `localhost` is not looked up, and counts as reachable.
    public var isLoopback: Bool {
        host.isSameName(as: "localhost") || IPLiteral(host)?.isLoopback == true
    }
}

extension ListenAddress: CustomStringConvertible {
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
