import ArgumentParser
import Configuration
import Glibc

/// The command: one file per verb.
@main
struct MCPSessiond: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp-sessiond",
        abstract: "Shows which MCP sessions of a cluster are alive, which node owns them, and which are orphaned.",
        discussion: """
            Exit codes: 0 fine, 1 found something wrong (an orphaned session, a dead node, a misroute), 2 usage or configuration, \
            3 daemon or Redis out of reach, 4 refused.
            """,
        version: Build.version,
        subcommands: [
            Serve.self, Demo.self, CheckConfig.self, Doctor.self, EventLines.self, Completions.self, Manual.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Query",
                subcommands: [
                    Status.self, Nodes.self, OneNode.self, ListSessions.self, Explain.self, Misroutes.self,
                    Incidents.self, Cookie.self,
                    Cleanup.self,
                ]),
            CommandGroup(name: "Monitoring", subcommands: [Alerts.self, Dashboards.self]),
        ])

    static func main() async {
        // If the reader is gone, the write must fail instead of ending us.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try await asyncParseAsRoot(nil)
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// ArgumentParser would end with 64 for a wrong command line; our scripts are promised 2.
    private static func end(with error: any Error) -> Never {
        if let refusal = error as? Refusal {
            if !refusal.message.isEmpty { Terminal.note(refusal.message) }
            Glibc.exit(refusal.status.rawValue)
        }
        guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
        Terminal.note(fullMessage(for: error))
        Glibc.exit(ExitStatus.usage.rawValue)
    }
}
