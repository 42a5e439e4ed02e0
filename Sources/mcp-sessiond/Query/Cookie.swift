import ArgumentParser

/// `mcp-sessiond cookie VALUE`: which node a sticky cookie names.
struct Cookie: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows which node a sticky cookie names, and which proxy wrote it.",
        discussion: "With - the value is read from standard input, or asked for without echo on a terminal.")

    @Argument(help: ArgumentHelp("The cookie's value, or - to read it.", valueName: "value"))
    var value: String

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard !value.isEmpty else { throw ValidationError("a cookie's value is not empty") }
    }

    func run() async throws {
        let value = value == "-" ? try SessionPrompt.read("Cookie value", command: "cookie") : value
        try await options.ask { client, terminal in
            let answer = try await client.cookie(value)
            let found: ExitStatus = answer.data.node == nil ? .foundWrong : .fine
            return options.print(answer, on: terminal, found: found) { $0.cookie(answer) }
        }
    }
}
