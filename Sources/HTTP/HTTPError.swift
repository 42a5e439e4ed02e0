/// An error of this module. No case carries a token.
public enum HTTPError: Error, Equatable, Sendable {
    /// The text is not of the form `host:port`, `[address]:port` or `:port`.
    case badListenAddress(String)
    /// The address could not be bound; `reason` is in the system's own words.
    case cannotListen(String, reason: String)
    /// The daemon did not start; `reason` is the library's last message.
    case cannotStart(reason: String)
    /// A line of the tokens file, counted from 1, cannot be read.
    case badTokenLine(Int, reason: String)
    /// The certificate cannot be read.
    case badCertificate(reason: String)
    /// The key cannot be read, or does not belong to the certificate.
    case badKey(reason: String)
    /// A request target cannot be decoded.
    case badTarget(reason: String)
}

extension HTTPError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badListenAddress(let text):
            "'\(text)' is not a listen address: expected host:port, [address]:port or :port"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .cannotStart(let reason): "the HTTP server did not start: \(reason)"
        case .badTokenLine(let line, let reason): "tokens file, line \(line): \(reason)"
        case .badCertificate(let reason): "certificate: \(reason)"
        case .badKey(let reason): "key: \(reason)"
        case .badTarget(let reason): "bad request target: \(reason)"
        }
    }
}
