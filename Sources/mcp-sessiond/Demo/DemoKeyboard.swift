import Glibc

/// The lines typed on the terminal, without waiting for any.
struct DemoKeyboard {
    /// Longest line that is kept, in bytes.
    static let lineLimit = 200
    static let standardSize = (rows: 24, columns: 80)

    /// False for a demo in the background (`demo &`), whose first read would stop it.
    private let isTyped =
        isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
    private var unfinished: [UInt8] = []
    private var isNewLine = true

    /// The lines finished with Enter since the last call; Ctrl-D counts as `q`.
    mutating func lines() -> [String] {
        guard isTyped else { return [] }
        var lines: [String] = []
        var ready = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&ready, 1, 0) > 0 {
            var buffer = [UInt8](repeating: 0, count: Self.lineLimit)
            let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
            guard count > 0 else { return lines + ["q"] }
            for byte in buffer[..<count] {
                if byte == UInt8(ascii: "\n") {
                    lines.append(String(decoding: unfinished, as: UTF8.self))
                    unfinished = []
                    isNewLine = true
                } else if unfinished.count < Self.lineLimit {
                    unfinished.append(byte)
                }
            }
        }
        return lines
    }

    /// True if Enter moved the cursor since the last call, or nothing was drawn yet.
    mutating func hasReturned() -> Bool {
        defer { isNewLine = false }
        return isNewLine
    }

    static var terminalSize: (rows: Int, columns: Int) {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return standardSize
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }
}
