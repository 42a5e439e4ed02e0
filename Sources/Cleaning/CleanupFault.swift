import Redis

/// Why cleanup cannot read, write or remove in Redis. Texts name what and where, never an id, a value or a password.
public enum CleanupFault: Error, Sendable, Equatable {
    /// Redis is out of reach, or answered what it should not.
    case redis(RedisError)
    /// The ACL does not let us: what, and in the server's words.
    case forbidden(String, RedisError)
    /// The server takes no writes: a replica, or a master without enough of them.
    case readOnly(RedisError)
    /// No memory for a write: nothing is removed without its audit record.
    case outOfMemory(RedisError)
    /// A key of ours holds something else.
    case badRecord(key: String, why: String)
    /// A key of ours was written by a version that we do not know.
    case unknownVersion(key: String)
    /// The local audit file.
    case auditFile(String)

    /// Whether the server may have done what was asked, or refused it, and its answer was lost.
    var isUnanswered: Bool {
        guard case .redis(let error) = self else { return false }
        return !error.leavesConnectionUsable
    }

    /// Sorts an error of Redis that came of `what`.
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
            case "WRONGTYPE": .badRecord(key: what, why: "it is of another type")
            default: .redis(error)
            }
    }

    /// What an error of a script is about. Before Redis 7 it stands inside another one (`ERR Error running script (call
    /// to f_...): @user_script:7: @user_script: 7: -OOM command not allowed ...`), and what the ACL forbids a script to
    /// do has no code of its own (`ERR The user executing the script can't run this command or subcommand`).
    private static func code(_ code: String, _ message: String) -> String {
        guard code == "ERR" || code.hasPrefix("@user_script") else { return code }
        if message.contains("The user executing the script can't") { return "NOPERM" }
        guard code != "ERR" || message.contains("user_script") else { return code }
        let inner = message.split(separator: " ").map { $0.hasPrefix("-") ? $0.dropFirst() : $0 }
        return inner.first { innerCodes.contains(String($0)) }.map(String.init) ?? code
    }

    private static let innerCodes: Set = ["NOPERM", "READONLY", "NOREPLICAS", "OOM", "WRONGTYPE"]

    /// Whether the connection can go on.
    var leavesConnectionUsable: Bool {
        switch self {
        case .redis(let error), .forbidden(_, let error), .readOnly(let error), .outOfMemory(let error):
            error.leavesConnectionUsable
        case .badRecord, .unknownVersion, .auditFile: true
        }
    }
}

extension CleanupFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .redis(let error): error.description
        case .forbidden(let what, let error): "Redis does not let us use \(what): \(error)"
        case .readOnly(let error): "Redis takes no writes: \(error)"
        case .outOfMemory(let error): "Redis has no memory for what cleanup writes: \(error)"
        case .badRecord(let key, let why): "\(key) cannot be used: \(why)"
        case .unknownVersion(let key): "\(key) was written by another version of mcp-sessiond"
        case .auditFile(let why): "cleanup.audit_file: \(why)"
        }
    }
}
