import Glibc

/// A failure to set up private servers, or to wait for something.
public enum LabError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The program is not installed; `package` contains it.
    case missing(program: String, package: String)
    /// The program could not be started.
    case spawn(program: String, reason: String)
    /// The program ended before it was ready; `log` is the end of its output.
    case ended(program: String, log: String)
    /// The program runs, but was not ready in time.
    case notReady(program: String, seconds: Double)
    /// A temporary folder or a socket could not be made.
    case system(call: String, reason: String)
    /// A condition did not come true in time.
    case timedOut(waitingFor: String, seconds: Double)

    public var description: String {
        switch self {
        case .missing(let program, let package): "\(program) is not installed: apt-get install \(package)"
        case .spawn(let program, let reason): "\(program) cannot be started: \(reason)"
        case .ended(let program, let log): "\(program) ended before it was ready; its last lines: \(log)"
        case .notReady(let program, let seconds): "\(program) was not ready within \(seconds) s"
        case .system(let call, let reason): "\(call): \(reason)"
        case .timedOut(let what, let seconds): "\(what): not within \(seconds) s"
        }
    }

    /// A system call that failed with this `errno`.
    static func system(_ call: String, _ code: Int32) -> LabError { .system(call: call, reason: reason(code)) }

    /// The system's words for an `errno`.
    static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
