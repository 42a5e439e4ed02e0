import ArgumentParser
import Foundation

/// The exit codes that scripts rely on.
enum ExitStatus: Int32 {
    case fine = 0
    /// Something is wrong with the cluster: an orphan, a misroute.
    case foundWrong = 1
    /// Usage or configuration.
    case usage = 2
    /// The daemon or Redis is out of reach.
    case outOfReach = 3
    /// Refused: no token, no scope.
    case refused = 4
}

/// Why a command ends without having done what was asked.
struct Refusal: Error {
    let message: String
    let status: ExitStatus

    init(_ message: String, exitCode status: ExitStatus) {
        self.message = message
        self.status = status
    }
}
