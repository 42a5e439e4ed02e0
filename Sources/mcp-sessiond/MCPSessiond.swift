import ArgumentParser
import Sessiond

/// The command: one verb a file.
@main
struct MCPSessiond: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp-sessiond",
        abstract: "Tells which MCP sessions of a cluster are alive, who owns them, and which are dead.",
        version: Build.version,
        subcommands: [Serve.self])
}
