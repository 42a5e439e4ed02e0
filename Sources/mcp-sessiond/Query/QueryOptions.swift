import ArgumentParser
import Foundation

/// What the verbs that ask a daemon have in common.
struct QueryOptions: ParsableArguments {
    /// Longest token file, in bytes.
    static let tokenFileLimit = 4_096
    /// Longest file of authorities, in bytes.
    static let caFileLimit = 1 << 20
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
        help: ArgumentHelp(
            "Authorities to trust for https, in PEM, instead of the system's; also MCP_SESSIOND_CA_FILE.",
            valueName: "file"), completion: .file())
    var caFile: String?

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
            server: server ?? named ?? DaemonClient.standardServer, token: try token(environment: environment),
            caFile: try authorities(environment: environment))
    }

    /// Checked here: libcurl would only say that there is a problem with it.
    private func authorities(environment: [String: String]) throws -> String? {
        let named = environment[DaemonClient.caVariable].flatMap { $0.isEmpty ? nil : $0 }
        guard let path = caFile ?? named else { return nil }
        let place = caFile == nil ? DaemonClient.caVariable : "--ca-file"
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: Self.caFileLimit + 1)
        else { throw Refusal("\(place) \(path): cannot be read", exitCode: .usage) }
        guard data.count <= Self.caFileLimit, data.range(of: Data("-----BEGIN CERTIFICATE-----".utf8)) != nil else {
            throw Refusal("\(place) \(path): no certificate in PEM", exitCode: .usage)
        }
        return path
    }

    private func token(environment: [String: String]) throws -> String? {
        var (text, place) = (environment[DaemonClient.tokenVariable] ?? "", DaemonClient.tokenVariable)
        if let tokenFile {
            guard let file = FileHandle(forReadingAtPath: tokenFile),
                let data = try? file.read(upToCount: Self.tokenFileLimit),
                let content = String(validating: data, as: UTF8.self)
            else { throw Refusal("--token-file \(tokenFile): cannot be read", exitCode: .usage) }
            (text, place) = (content.trimmingCharacters(in: .whitespacesAndNewlines), "--token-file \(tokenFile)")
            guard !text.isEmpty else { throw Refusal("\(place): the file is empty", exitCode: .usage) }
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Refusal("\(place): a token is one word of visible ASCII", exitCode: .usage)
        }
        return text.isEmpty ? nil : text
    }
}
