import ArgumentParser
import Foundation
import Logging
import Sessiond

/// `mcp-sessiond serve`: the daemon.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watches the registry and serves metrics and the API, until SIGTERM.")

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try options.load()
        let format = options.logFormat(settings)
        let level = Logger.Level(rawValue: settings.log.level.rawValue) ?? .info
        let logger = Logger(label: "mcp-sessiond") { LogLine(label: $0, level: level, format: format) }
        let daemon: Daemon
        do {
            daemon = try Daemon(settings: settings, environment: ProcessInfo.processInfo.environment, logger: logger)
        } catch {
            throw Refusal("\(error)", exitCode: .usage)
        }
        do {
            try await daemon.run()
        } catch {
            throw Refusal("\(error)", exitCode: .usage)
        }
    }
}

/// The flags that stand for settings; each has a key, and goes before environment and file.
struct SettingOptions: ParsableArguments {
    @Option(help: "The configuration file (YAML).")
    var config: String?

    @Option(help: ArgumentHelp("Where the registry is: redis://host:port/db or unix:///path?db=n.", valueName: "url"))
    var redis: String?

    @Option(help: ArgumentHelp("Where to listen for HTTP, for example 127.0.0.1:9850.", valueName: "host:port"))
    var listen: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    /// The settings in force; every mistake on stderr and exit code 2 where there are any.
    func load() throws -> Settings {
        let flags = [("redis.url", "--redis", redis), ("http.listen", "--listen", listen), ("log.level", "--log-level", logLevel)]
            .compactMap { key, flag, value in value.map { (key: key, flag: flag, value: $0) } }
        do throws(SettingMistakes) {
            return try Settings.load(file: config, environment: ProcessInfo.processInfo.environment, flags: flags)
        } catch {
            throw Refusal(error.description, exitCode: .usage)
        }
    }

    /// Text on a terminal, JSON otherwise, unless the settings say.
    func logFormat(_ settings: Settings) -> LogLine.Format {
        switch settings.log.format {
        case .text: .text
        case .json: .json
        case .auto: isatty(STDERR_FILENO) == 1 ? .text : .json
        }
    }
}
