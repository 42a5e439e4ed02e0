import Glibc

/// The reason why no connection could be made, in an operator's words.
public struct ConnectError: Error, Sendable, Equatable {
    public enum Cause: Sendable, Equatable {
        /// The host's name has no address, or cannot be resolved.
        case hostName
        /// Nobody listens there.
        case refused
        case timeout
        /// The server's certificate is from an untrusted authority.
        case untrusted
        /// The server does not speak TLS at this port.
        case notTLS
        case other
    }

    public let cause: Cause
    public let reason: String

    public init(_ cause: Cause, _ reason: String) {
        self.cause = cause
        self.reason = reason
    }

    /// The error of a failed system call.
    init(code: Int32) {
        switch code {
        case ECONNREFUSED: cause = .refused
        case ETIMEDOUT: cause = .timeout
        default: cause = .other
        }
        reason = unsafe String(cString: strerror(code))
    }
}
