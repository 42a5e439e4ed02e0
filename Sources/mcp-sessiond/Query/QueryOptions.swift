import ArgumentParser
import Configuration
import FoundationEssentials
import HTTP

/// The options of all verbs that query a daemon.
struct QueryOptions: ParsableArguments {
    /// Longest token file, in bytes.
    static let tokenFileLimit = 4_096
    static let leastWatchSeconds = 0.2
    static let mostWatchSeconds = 86_400.0

    @Option(
        help: ArgumentHelp(
            "The daemon to ask; also MCP_SESSIOND_SERVER. (default: \(DaemonClient.standardServer))", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "A file that holds the access token; the token itself may be in MCP_SESSIOND_TOKEN.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Option(
        name: .long, defaultAsFlag: 2.0,
        help: ArgumentHelp("Repeat every so many seconds, until interrupted.", valueName: "seconds"))
    var watch: Double?

    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard let watch else { return }
        guard (Self.leastWatchSeconds...Self.mostWatchSeconds).contains(watch) else {
            throw ValidationError("--watch takes \(Self.leastWatchSeconds) seconds to a day")
        }
    }

    func client(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> DaemonClient {
        let named = environment[DaemonClient.serverVariable].flatMap { $0.isEmpty ? nil : $0 }
        return try DaemonClient(
            server: server ?? named ?? DaemonClient.standardServer, token: try token(environment: environment))
    }

    private func token(environment: [String: String]) throws -> String? {
        var (text, place) = (environment[DaemonClient.tokenVariable] ?? "", DaemonClient.tokenVariable)
        if let tokenFile {
            guard let content = try? SettingFile.text(of: tokenFile, byteLimit: Self.tokenFileLimit) else {
                throw Refusal("--token-file \(tokenFile): cannot be read", exitCode: .usage)
            }
            (text, place) = (content.trimmed(), "--token-file \(tokenFile)")
            guard !text.isEmpty else { throw Refusal("\(place): the file is empty", exitCode: .usage) }
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Refusal("\(place): a token is one word of visible ASCII", exitCode: .usage)
        }
        return text.isEmpty ? nil : text
    }
}
