/// The exit codes that scripts rely on.
enum ExitStatus: Int32 {
    case fine = 0
    /// Something is wrong with the cluster: an orphaned session, a dead node.
    case foundWrong = 1
    /// Usage or configuration.
    case usage = 2
    /// The daemon or Redis is out of reach.
    case outOfReach = 3
    /// Refused: no token, no scope.
    case refused = 4
}

/// The graver of two statuses is the larger one: a failure to read is graver than anything found.
extension ExitStatus: Comparable {
    static func < (one: ExitStatus, other: ExitStatus) -> Bool { one.rawValue < other.rawValue }
}
