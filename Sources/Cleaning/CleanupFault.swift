import Redis

/// An error that keeps cleanup from reading, writing or removing in Redis. Its texts say what failed where, but never
/// contain an id, a value or a password.
public enum CleanupFault: Error, Sendable, Equatable {
    /// Redis is unreachable, or gave an unexpected answer.
    case redis(RedisError)
    /// The ACL forbids it: the subject, and the server's error.
    case forbidden(String, RedisError)
    /// The server accepts no writes: it is a replica, or a master without enough replicas.
    case readOnly(RedisError)
    /// Redis is out of memory. Nothing is removed without its audit record.
    case outOfMemory(RedisError)
    /// One of our keys holds something else.
    case badRecord(key: String, why: String)
    /// One of our keys was written by an unknown version.
    case unknownVersion(key: String)
    /// The sessions of one step do not fit into the store of removed sessions.
    case undoFull
    /// The local audit file failed.
    case auditFile(String)

    /// True if the answer was lost: the server may have done what was asked, or refused it.
    var isUnanswered: Bool {
        guard case .redis(let error) = self else { return false }
        return !error.leavesConnectionUsable
    }

    /// Classifies an error from Redis; `what` is its subject.
    public init(_ error: RedisError, of what: String) {
        guard case .refused(_, let code, let message) = error else {
            self = .redis(error)
            return
        }
        self =
            switch Self.code(code, message) {
            case "NOPERM": .forbidden(what, error)
            case "READONLY", "NOREPLICAS": .readOnly(error)
            case "OOM": .outOfMemory(error)
            case "WRONGTYPE": .badRecord(key: what, why: "it has the wrong type")
            default: .redis(error)
            }
    }

    /// The code of an error, also of one that a script hit. Before Redis 7 the latter is nested in another error (`ERR
    /// Error running script (call to f_...): @user_script:7: @user_script: 7: -OOM command not allowed ...`), and a
    /// command that the ACL forbids to a script has no code of its own (`ERR The user executing the script can't run
    /// this command or subcommand`).
    private static func code(_ code: String, _ message: String) -> String {
        guard code == "ERR" || code.hasPrefix("@user_script") else { return code }
        if message.contains("The user executing the script can't") { return "NOPERM" }
        guard code != "ERR" || message.contains("user_script") else { return code }
        let inner = message.split(separator: " ").map { $0.hasPrefix("-") ? $0.dropFirst() : $0 }
        return inner.first { innerCodes.contains(String($0)) }.map(String.init) ?? code
    }

    private static let innerCodes: Set = ["NOPERM", "READONLY", "NOREPLICAS", "OOM", "WRONGTYPE"]

    /// True if the connection can still be used.
    var leavesConnectionUsable: Bool {
        switch self {
        case .redis(let error), .forbidden(_, let error), .readOnly(let error), .outOfMemory(let error):
            error.leavesConnectionUsable
        case .badRecord, .unknownVersion, .undoFull, .auditFile: true
        }
    }
}

extension CleanupFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .redis(let error): error.description
        case .forbidden(let what, let error): "Redis denies access to \(what): \(error)"
        case .readOnly(let error): "Redis takes no writes: \(error)"
        case .outOfMemory(let error): "Redis is out of memory for cleanup's writes: \(error)"
        case .badRecord(let key, let why): "\(key) cannot be used: \(why)"
        case .unknownVersion(let key): "\(key) was written by another version of mcp-sessiond"
        case .undoFull:
            "nothing is removed that cannot be restored: the sessions of one step do not fit into "
                + "cleanup.undo_max_bytes"
        case .auditFile(let why): "cleanup.audit_file: \(why)"
        }
    }
}
