import API

/// The demo's screen as lines: title, nodes, story, suggestions.
struct DemoScreen {
    /// Lines of the story that are shown even on a low terminal.
    static let leastStory = 3
    static let mostStory = 8

    let server: String
    let isCalm: Bool
    let isColoured: Bool
    /// The command as it was called, quoted for a shell.
    var command = ShellWord.quoted(CommandLine.arguments.first ?? "mcp-sessiond")

    var title: String { "mcp-sessiond demo: \(server)  (Ctrl-C ends all of it)" }

    var introduction: [String] {
        [
            "Three simulated MCP nodes register sessions in a private redis-server. A node",
            "that dies leaves its sessions registered: they turn orphaned, and their",
            "clients get 404 until they initialize anew."
                + (isCalm ? "" : " Something happens every dozen seconds."),
        ]
    }

    /// `example` is a ref that exists now.
    func suggestions(_ example: String?) -> [String] {
        let explain = example.map { "\(command) explain \($0) --server \(server)" }
        return [
            "Try in another terminal:",
            "  \(command) status --server \(server)",
            "  \(command) sessions --state orphaned --server \(server)",
            "  \(command) misroutes --server \(server)",
        ] + (explain.map { ["  \($0)"] } ?? []) + [
            "  curl -s \(server)/metrics | grep ^mcp_"
        ]
    }

    /// `125 registered: 83 owned, 37 orphaned, 5 unowned, 0 malformed`
    static func summary(_ sessions: StatusAnswer.Sessions) -> String {
        "\(sessions.registered) registered: \(sessions.owned) owned, \(sessions.orphaned) orphaned, "
            + "\(sessions.unowned) unowned, \(sessions.malformed) malformed"
    }

    /// The introduction is left out if the terminal is too low.
    func lines(
        nodes: DaemonAnswer<[NodeRow]>, sessions: StatusAnswer.Sessions, story: DemoStory, elapsed: Double,
        example: String?, size: (rows: Int, columns: Int)
    ) -> [String] {
        let report = Report(limit: min(size.columns, Table.columnLimit), isColoured: isColoured)
        let head = ["", "after \(DemoStory.clock(elapsed)): \(Self.summary(sessions))"] + report.nodes(nodes)
        let foot =
            suggestions(example) + [
                "",
                "Type k node-2 (kill), r node-2 (restart), d node-2 (drain), s off or on (stickiness), q",
            ]
        // Room for the story's title, two blank lines and the line for typing.
        let room = size.rows - 4 - ([title] + head + foot).reduce(0) { $0 + 1 + max($1.count - 1, 0) / size.columns }
        let isLow = room < introduction.count + Self.leastStory
        let count = min(max(room - (isLow ? 0 : introduction.count), Self.leastStory), Self.mostStory)
        let told = story.lines.suffix(count).map { "  \($0)" }
        let blank = Array(repeating: "", count: count - told.count)
        return [title] + (isLow ? [] : introduction) + head + ["", "What happened:"] + told + blank + [""] + foot
    }

    /// Written over the last frame, so that nothing flickers; the cursor stays on the line below, where people type.
    func frame(_ lines: [String], keepsCursor: Bool) -> String {
        let frame = "\u{1B}[H" + lines.map { "\($0)\u{1B}[K\n" }.joined()
        return keepsCursor ? "\u{1B}7\(frame)\u{1B}8" : "\(frame)\u{1B}[J> "
    }
}
