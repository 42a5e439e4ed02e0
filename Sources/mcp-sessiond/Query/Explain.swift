import API
import ArgumentParser
import Sessions

/// `mcp-sessiond explain`: why a session answers as it does.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explains why a session answers 404: verdict, evidence, what to do, what to tell the client.",
        discussion: "With - the id is read from standard input, or asked for without echo on a terminal.")

    @Argument(help: ArgumentHelp("A ref (s:0123456789abcdef), a prefix of one, or - for an id.", valueName: "ref"))
    var session: String

    @OptionGroup var options: QueryOptions

    func run() async throws {
        // Read before the first report: standard input cannot be read again for each report of --watch.
        let id = try id()
        try await options.ask { client, terminal in
            let answer =
                if let id {
                    try await client.explanation(LookupOrder(id: id))
                } else {
                    try await client.explanation(ref: session)
                }
            return options.print(answer, on: terminal, found: ExitStatus.explanation(answer.data.verdict)) {
                $0.explanation(answer)
            }
        }
    }

    /// The id to ask for; nil if the argument is a ref.
    private func id() throws -> String? {
        if session == "-" { return try SessionPrompt.read() }
        guard SessionRef.range(prefix: session) == nil else { return nil }
        guard !session.isEmpty else { throw Refusal("explain: neither a ref nor an id", exitCode: .usage) }
        // "Never seen" would be an answer to a question that nobody asked.
        guard !session.hasPrefix("s:"), !session.hasPrefix("S:") else {
            throw Refusal(
                "explain: not a ref: s: and \(SessionRef.prefixDigitsLeast) to 16 hex digits; an id that begins so: explain -",
                exitCode: .usage)
        }
        Terminal.note("note: taken as a session id; ids do not belong in shell history: use explain -")
        return session
    }
}
