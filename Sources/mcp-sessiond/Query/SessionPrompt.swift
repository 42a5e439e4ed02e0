import Glibc
import HTTP

/// Reads a session id, or another secret, without showing it: from a pipe, or typed without echo.
enum SessionPrompt {
    /// Longest line that is read, in bytes: more than any id.
    static let byteLimit = 1 << 17

    /// The first line of standard input, without surrounding white space.
    static func read(_ what: String = "Session id", command: String = "explain") throws -> String {
        let bytes = isatty(STDIN_FILENO) == 1 ? try typed(what, command) : piped()
        let text = String(decoding: bytes, as: UTF8.self).trimmed()
        guard !text.isEmpty else { throw Refusal("\(command): no \(what.lowercased()) given", exitCode: .usage) }
        guard bytes.count < byteLimit else { throw Refusal("\(command): that is too long", exitCode: .usage) }
        return text
    }

    private static func piped() -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < byteLimit, let byte = nextByte(), byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return bytes
    }

    /// Reads byte by byte and with signals off, so that no Ctrl-C can leave the terminal without echo. The terminal's
    /// own line editing would also cut a token at 4,095 bytes.
    private static func typed(_ what: String, _ command: String) throws -> [UInt8] {
        var before = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { return piped() }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        Terminal.prompt("\(what) (not shown): ")
        defer {
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            Terminal.prompt("\n")
        }
        var bytes: [UInt8] = []
        while bytes.count < byteLimit, let byte = nextByte() {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x04: return bytes
            case 0x03, 0x1C: throw Refusal("\(command): interrupted", exitCode: .usage)
            case 0x08, 0x7F: _ = bytes.popLast()
            case 0x15: bytes = []
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    private static func nextByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = unsafe Glibc.read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            guard count < 0, errno == EINTR else { return nil }
        }
    }
}
