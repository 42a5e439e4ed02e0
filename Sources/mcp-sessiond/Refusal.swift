/// Why a command ends without having done what was asked, or with something found.
struct Refusal: Error, Equatable, CustomStringConvertible {
    /// Goes to standard error; empty where all has been said.
    let message: String
    let status: ExitStatus

    init(_ message: String, exitCode status: ExitStatus) {
        self.message = message
        self.status = status
    }

    var description: String { message }

    /// Ends the command with a status other than fine.
    static func end(_ status: ExitStatus) throws {
        if status != .fine { throw Refusal("", exitCode: status) }
    }
}
