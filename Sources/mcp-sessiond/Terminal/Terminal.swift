import Foundation

/// Standard output and error, and what they can show.
struct Terminal {
    /// Whether standard output is a terminal.
    let isTerminal: Bool
    /// Only on a terminal, and not where NO_COLOR asks for none (https://no-color.org: set, and not empty).
    let isColoured: Bool

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        isTerminal = isatty(STDOUT_FILENO) == 1
        isColoured = Self.isColoured(isTerminal: isTerminal, environment: environment)
    }

    static func isColoured(isTerminal: Bool, environment: [String: String]) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    func print(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        write(lines.joined(separator: "\n") + "\n")
    }

    /// In one piece, so that a screen does not flicker.
    func write(_ text: String) {
        Self.write(Data(text.utf8), to: .standardOutput)
    }

    func write(_ bytes: [UInt8]) {
        Self.write(Data(bytes), to: .standardOutput)
    }

    /// A line on standard error.
    static func note(_ line: String) {
        write(Data((line + "\n").utf8), to: .standardError)
    }

    /// A line on standard error that the next one takes the place of; nil clears it.
    static func progress(_ line: String?) {
        write(Data(("\r\u{1B}[K" + (line ?? "")).utf8), to: .standardError)
    }

    /// A reader that is gone (`| head`) is no fault of ours, and there is nobody left to tell.
    private static func write(_ data: Data, to handle: FileHandle) {
        do {
            try handle.write(contentsOf: data)
        } catch {
            exit(ExitStatus.fine.rawValue)
        }
    }

    /// Empties the screen before the next report of `--watch`; on anything else a blank line tells them apart.
    func beginReport(isFirst: Bool) {
        if isTerminal {
            write("\u{1B}[H\u{1B}[2J")
        } else if !isFirst {
            write("\n")
        }
    }
}
