/// The end of a command that did not do its task, or that found something.
struct Refusal: Error, Equatable, CustomStringConvertible {
    /// The text for standard error; empty if everything has been said.
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
