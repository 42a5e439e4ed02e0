import Glibc

/// The error of a system call.
public struct SystemFailure: Error, Equatable {
    var code = errno

    /// The system's error text.
    public var reason: String { unsafe String(cString: strerror(code)) }

    var problem: LogProblem.Reason { code == ENOENT || code == ENOTDIR ? .missing : .unreadable(reason) }
}
