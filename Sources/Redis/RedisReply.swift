/// An answer that is kept: for commands whose answers are small. The reading path takes answers in place instead
/// (``RedisConnection/receive(_:)``).
public enum RedisReply: Sendable, Equatable {
    case string([UInt8])
    case status(String)
    case integer(Int64)
    case null
    case array([RedisReply])
    case error(String)

    /// The text of a string or a status; bytes that are no UTF-8 are replaced.
    public var text: String? {
        switch self {
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    public var bytes: [UInt8]? {
        if case .string(let bytes) = self { bytes } else { nil }
    }

    /// An integer, or a string that holds one (as in `TIME`).
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { text.flatMap { Int64($0) } }
    }

    public var array: [RedisReply]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

/// One element of an answer while its bytes are still in the connection's buffer.
public struct ReplyElement: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case string, status, error, null
        case integer(Int64)
        case array(count: Int)
    }

    public let kind: Kind
    /// Position in the enclosing array; 0 at the top.
    public let index: Int
    /// How many arrays enclose it; 0 for the answer itself.
    public let depth: Int
    /// Position of the enclosing array in the array that encloses it, 0 where there is none.
    public let parentIndex: Int
}

/// Builds a ``RedisReply`` from the elements of one answer, which arrive parents first.
struct ReplyBuilder {
    private var open: [(remaining: Int, elements: [RedisReply])] = []
    private(set) var reply: RedisReply?

    mutating func add(_ element: ReplyElement, _ bytes: Span<UInt8>) {
        switch element.kind {
        case .string: close(.string(Array(copying: bytes)))
        case .status: close(.status(String(decoding: Array(copying: bytes), as: UTF8.self)))
        case .error: close(.error(String(decoding: Array(copying: bytes), as: UTF8.self)))
        case .null: close(.null)
        case .integer(let value): close(.integer(value))
        case .array(let count):
            if count == 0 { close(.array([])) } else { open.append((count, [])) }
        }
    }

    private mutating func close(_ finished: RedisReply) {
        var finished = finished
        while !open.isEmpty {
            open[open.count - 1].elements.append(finished)
            open[open.count - 1].remaining -= 1
            guard open[open.count - 1].remaining == 0 else { return }
            finished = .array(open.removeLast().elements)
        }
        reply = finished
    }
}

extension Array where Element == UInt8 {
    /// Copies bytes that will not outlive their buffer.
    public init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
