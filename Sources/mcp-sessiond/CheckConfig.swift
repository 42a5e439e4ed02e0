import ArgumentParser
import Configuration
import Exposition
import FoundationEssentials
import Logging
import Sessiond

/// `mcp-sessiond check-config`: checks the settings as `serve` would, without serving.
struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Shows the mistakes in the configuration, or every key's value and where it comes from.")

    @OptionGroup var options: SettingOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        let settings = try options.load()
        do {
            _ = try Daemon(
                settings: settings, environment: ProcessInfo.processInfo.environment,
                logger: Logger(label: "check-config") { _ in SwiftLogNoOpLogHandler() })
        } catch {
            throw Refusal(Self.line(for: error, settings), exitCode: .usage)
        }
        let terminal = Terminal()
        switch output.format {
        case .json, .yaml: output.printDocument(Self.document(settings), on: terminal)
        case .table, .wide: terminal.print(Self.table(settings, limit: output.columnLimit))
        }
    }

    /// An error in the form of the other mistakes: `/etc/x.yaml:3:8: redis.url: ...`.
    private static func line(for error: any Error, _ settings: Settings) -> String {
        let text = "\(error)"
        let key = text.prefix { $0 != ":" && $0 != " " }
        guard error is StartupError, let row = settings.describe().first(where: { $0.key == key }) else { return text }
        return "\(row.source): \(text)"
    }

    static func table(_ settings: Settings, limit: Int?) -> [String] {
        let rows = settings.describe().map { [Table.Cell($0.key), Table.Cell($0.value), Table.Cell($0.source)] }
        return Table.lines([.text("KEY"), .name("VALUE"), .name("SOURCE")], rows, limit: limit, isColoured: false)
    }

    private static func document(_ settings: Settings) -> JSONValue {
        .array(
            settings.describe().map { row in
                ["key": .string(row.key), "value": .string(row.value), "source": .string(row.source)]
            })
    }
}
