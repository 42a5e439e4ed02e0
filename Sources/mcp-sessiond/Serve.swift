import ArgumentParser
import Configuration
import FoundationEssentials
import Glibc
import HTTP
import Logging
import Sessiond

/// `mcp-sessiond serve`: the daemon.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watches the registry and serves metrics and the API, until SIGTERM.")

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try options.load()
        let format = logFormat(settings)
        let level = Logger.Level(rawValue: settings.log.level.rawValue) ?? .info
        let logger = Logger(label: "mcp-sessiond") { LogLine(label: $0, level: level, format: format) }
        do {
            let environment = ProcessInfo.processInfo.environment
            let daemon = try Daemon(settings: settings, environment: environment, logger: logger) { [options] in
                try options.load()
            }
            try await daemon.run(stopSeconds: 4.5)
        } catch {
            throw Refusal("\(error)", exitCode: .usage)
        }
    }

    /// Text on a terminal and JSON elsewhere, unless the settings say otherwise.
    private func logFormat(_ settings: Settings) -> LogLine.Format {
        switch settings.log.format {
        case .text: .text
        case .json: .json
        case .auto: isatty(STDERR_FILENO) == 1 ? .text : .json
        }
    }
}
