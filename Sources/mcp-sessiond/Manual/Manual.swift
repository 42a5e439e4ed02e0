import ArgumentParser
import Exposition

/// `mcp-sessiond manual`: the man page, generated from the commands themselves.
struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the manual page (mdoc).",
        discussion: "mcp-sessiond manual > /usr/local/share/man/man1/mcp-sessiond.1")

    func run() throws {
        // ArgumentParser's own description of all commands.
        let tree = try JSONValue(parsing: Array(MCPSessiond._dumpHelp().utf8))
        guard let root = tree["command"] else { throw Refusal("manual: no commands", exitCode: .usage) }
        Terminal().write(ManualPage(root).text)
    }
}
