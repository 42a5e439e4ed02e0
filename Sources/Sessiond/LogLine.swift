import Configuration
import Exposition
import FoundationEssentials
import Glibc
import Logging

/// A log handler that writes to stderr: text on a terminal, otherwise one JSON object per line. Callers never log an
/// id, a value or a secret, only their own words.
public struct LogLine: LogHandler {
    public enum Format: Sendable {
        case text, json
    }

    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level
    private let format: Format
    private let label: String

    public init(label: String, level: Logger.Level, format: Format) {
        self.label = label
        logLevel = level
        self.format = format
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line: String
        switch format {
        case .text:
            line = "\(RFC3339.text(Date().timeIntervalSince1970)) \(event.level.rawValue.uppercased()) \(event.message)"
            for (key, value) in all { line += " \(key)=\(Self.oneLine("\(value)"))" }
        case .json:
            var members: [(key: String, value: JSONValue)] = [
                ("time", .string(RFC3339.text(Date().timeIntervalSince1970))), ("level", .string(event.level.rawValue)),
                ("message", .string("\(event.message)")),
            ]
            members += all.map { ($0.key, Self.value($0.value)) }
            line = JSONValue.object(members).compact
        }
        line += "\n"
        // If the disk is full, the log line is lost; ending the process for it would lose more.
        Self.write(Array(line.utf8))
    }

    private static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    /// Numbers stay numbers, so that logs can be computed with.
    private static func value(_ value: Logger.Metadata.Value) -> JSONValue {
        let text = "\(value)"
        if let whole = Int64(text) { return .int(whole) }
        return Double(text).map { .double($0) } ?? .string(text)
    }

    private static func oneLine(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0 != "\"" }
        return isPlain && !text.isEmpty ? text : JSONValue.string(text).compact
    }
}
