/// The address of a server.
public enum SocketAddress: Sendable, Equatable {
    /// A host name or an IP address without brackets.
    case tcp(host: String, port: UInt16)
    case unix(path: String)
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:6379`, `[::1]:6379` or `/run/redis.sock`.
    public var description: String {
        switch self {
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path): path
        }
    }
}
