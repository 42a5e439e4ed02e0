/// A builder of a ``RedisReply`` from the elements of one answer, which arrive parents first.
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
