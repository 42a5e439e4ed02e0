import FoundationEssentials
import Glibc

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
        Self.write(Array(text.utf8), to: STDOUT_FILENO)
    }

    func write(_ bytes: [UInt8]) {
        Self.write(bytes, to: STDOUT_FILENO)
    }

    /// A line on standard error.
    static func note(_ line: String) {
        write(Array((line + "\n").utf8), to: STDERR_FILENO)
    }

    /// A text on standard error, without the end of a line.
    static func prompt(_ text: String) {
        write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// A line on standard error that the next one takes the place of; nil clears it.
    static func progress(_ line: String?) {
        prompt("\r\u{1B}[K" + (line ?? ""))
    }

    /// A reader that is gone (`| head`) is no fault of ours, and there is nobody left to tell.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                exit(ExitStatus.fine.rawValue)
            }
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
