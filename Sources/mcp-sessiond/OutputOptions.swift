import ArgumentParser
import Exposition
import Sessiond

/// `-o`: the format of an answer.
struct OutputOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, wide, json, yaml
    }

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "table (at most \(Table.columnLimit) columns), wide, json or yaml.")
    var format = Format.table

    /// Widest row; nil for no limit.
    var columnLimit: Int? { format == .wide ? nil : Table.columnLimit }

    /// Prints one of our own documents, or the API's with its `bytes` as they came. JSON that does not go to a terminal is
    /// printed as those bytes.
    func printDocument(_ document: JSONValue, bytes: [UInt8]? = nil, on terminal: Terminal) {
        switch format {
        case .yaml: terminal.print(YAMLText(document).lines)
        case _ where terminal.isTerminal: terminal.print([JSONText.harmless(document.pretty)])
        default: terminal.write(bytes ?? Array((document.compact + "\n").utf8))
        }
    }

    /// Prints one of our own values in the API's form.
    func printDocument(of value: some Encodable, on terminal: Terminal) {
        printDocument((try? JSONValue(parsing: JSONEncoding.bytes(value))) ?? .null, on: terminal)
    }
}
