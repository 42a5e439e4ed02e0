import Glibc
import Sockets

/// The bytes of an answer, taken from a connection line by line or by number, until a deadline.
struct IncomingBytes: ~Copyable {
    private static let pieceBytes = 64 << 10

    let wire: Wire
    private let deadline: Deadline
    private var buffer: [UInt8] = []
    /// The number of bytes already taken from the buffer.
    private var position = 0
    private var isAtStart = true

    init(_ wire: consuming Wire, until deadline: Deadline) {
        self.wire = wire
        self.deadline = deadline
    }

    /// The next line without its end.
    mutating func line(limit: Int) throws(HTTPClientError) -> String {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[position..<end]
                position = end + 1
                return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
            guard buffer.count - position <= limit else {
                throw .notHTTP(reason: "its answer has a head or a line that is too long")
            }
            searched = buffer.count - position
            guard try receive() else { throw isAtStart ? .empty : Self.cutOff }
        }
    }

    mutating func bytes(_ count: Int) throws(HTTPClientError) -> [UInt8] {
        while buffer.count - position < count {
            guard try receive() else { throw Self.cutOff }
        }
        defer { position += count }
        return Array(buffer[position..<position + count])
    }

    /// All bytes up to the end of the connection.
    mutating func rest(limit: Int) throws(HTTPClientError) -> [UInt8] {
        repeat {
            guard buffer.count - position <= limit else { throw .tooLarge(bytes: limit) }
        } while try receive()
        return Array(buffer[position...])
    }

    private static let cutOff = HTTPClientError.lost(reason: "the connection ended in the middle of the answer")

    /// Waits for bytes, and appends them to those that are left; false at the end of the connection.
    private mutating func receive() throws(HTTPClientError) -> Bool {
        buffer.removeFirst(position)
        position = 0
        while true {
            // The total wait is bounded, not the pause between two pieces, so this also ends a stream that keeps
            // coming.
            guard !deadline.hasPassed else { throw .timeout }
            var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
            switch unsafe piece.withUnsafeMutableBytes({ unsafe wire.read(into: $0) }) {
            case .bytes(let count):
                buffer += piece.prefix(count)
                isAtStart = false
                return true
            case .ended: return false
            case .failed(ECONNRESET) where isAtStart: return false
            case .failed(let code): throw .lost(reason: wire.reason(code))
            case let wish: guard wire.wait(for: wish, until: deadline) else { throw .timeout }
            }
        }
    }
}
