import FoundationEssentials
import Glibc

/// Standard output and error, and their abilities.
struct Terminal {
    /// True if standard output is a terminal.
    let isTerminal: Bool
    /// True on a terminal, unless NO_COLOR asks for none (https://no-color.org: set, and not empty).
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

    /// Writes in one piece, so that a screen does not flicker.
    func write(_ text: String) {
        Self.write(Array(text.utf8), to: STDOUT_FILENO)
    }

    func write(_ bytes: [UInt8]) {
        Self.write(bytes, to: STDOUT_FILENO)
    }

    /// Writes a line on standard error.
    static func note(_ line: String) {
        write(Array((line + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes a text on standard error, without a line end.
    static func prompt(_ text: String) {
        write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Writes a line on standard error that the next one replaces; nil clears it.
    static func progress(_ line: String?) {
        prompt("\r\u{1B}[K" + (line ?? ""))
    }

    /// If the reader is gone (`| head`), that is no fault of ours, and there is nobody left to tell.
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

    /// Clears the screen before the next report of `--watch`; elsewhere a blank line separates reports.
    func beginReport(isFirst: Bool) {
        if isTerminal {
            write("\u{1B}[H\u{1B}[2J")
        } else if !isFirst {
            write("\n")
        }
    }
}
