import Exposition

/// What a daemon wrote to its log.
enum DaemonLog {
    /// The port at which it says that it listens; nil while it says none.
    static func port(in log: String) -> Int? {
        let lines = log.split(separator: "\n").lazy.compactMap { try? JSONValue(parsing: Array($0.utf8)) }
        return lines.first { $0["message"] == "listening" }?["port"]?.int
    }
}
