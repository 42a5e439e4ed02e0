import ArgumentParser
import Configuration
import FoundationEssentials

/// The flags that set settings; each stands for a key, and overrides environment and file.
struct SettingOptions: ParsableArguments {
    @Option(
        help: "The configuration file (YAML); also MCP_SESSIOND_CONFIG.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: ArgumentHelp("Where the registry is: redis://host:port/db or unix:///path?db=n.", valueName: "url"))
    var redis: String?

    @Option(help: ArgumentHelp("Where to listen for HTTP, for example 127.0.0.1:9850.", valueName: "host:port"))
    var listen: String?

    @Option(
        help: "trace, debug, info, notice, warning, error or critical.",
        completion: .list(LogSettings.Level.allCases.map(\.rawValue)))
    var logLevel: String?

    /// The settings in force. If there are mistakes, prints each on stderr and ends with exit code 2.
    func load() throws -> Settings {
        let given = [
            ("redis.url", "--redis", redis), ("http.listen", "--listen", listen),
            ("log.level", "--log-level", logLevel),
        ]
        let flags = given.compactMap { key, flag, value in value.map { (key: key, flag: flag, value: $0) } }
        do throws(SettingMistakes) {
            return try Settings.load(file: config, environment: ProcessInfo.processInfo.environment, flags: flags)
        } catch {
            throw Refusal(error.description, exitCode: .usage)
        }
    }
}
