import ArgumentParser
import Exposition
import Sessiond

/// `-o`: how an answer is shown.
struct OutputOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, wide, json, yaml
    }

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "table (at most \(Table.columnLimit) columns), wide, json or yaml.")
    var format = Format.table

    /// How wide a row may be.
    var columnLimit: Int? { format == .wide ? nil : Table.columnLimit }

    /// A document of ours, or the API's with `bytes` as they came: those are printed unless people read them.
    func printDocument(_ document: JSONValue, bytes: [UInt8]? = nil, on terminal: Terminal) {
        switch format {
        case .yaml: terminal.print(YAMLText(document).lines)
        case _ where terminal.isTerminal: terminal.print([JSONText.harmless(document.pretty)])
        default: terminal.write(bytes ?? Array((document.compact + "\n").utf8))
        }
    }

    /// A value of ours in the API's form.
    func printDocument(of value: some Encodable, on terminal: Terminal) {
        printDocument((try? JSONValue(parsing: JSONEncoding.bytes(value))) ?? .null, on: terminal)
    }
}
