import CHiredis

/// The address that hiredis gets as "the object made"; it only checks for null. Nothing is allocated.
private nonisolated(unsafe) let made = unsafe UnsafeMutableRawPointer(bitPattern: 1)

/// The table of constructors for hiredis, which pass each element to the ``ReplySink`` instead of building a tree.
enum ReplyFunctions {
    /// Lives as long as the process, since readers hold its address.
    @unsafe static nonisolated(unsafe) let table: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let table = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        unsafe table.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, text, length in
                    unsafe ReplyFunctions.deliver(task, ReplyFunctions.kind(ofText: task), text, length)
                },
                createArray: { task, count in
                    unsafe ReplyFunctions.deliver(task, .array(count: Int(max(count, 0))), nil, 0)
                },
                createInteger: { task, value in unsafe ReplyFunctions.deliver(task, .integer(Int64(value)), nil, 0) },
                createNil: { task in unsafe ReplyFunctions.deliver(task, .null, nil, 0) },
                freeObject: nil))
        return unsafe table
    }()

    private static func kind(ofText task: UnsafePointer<redisReadTask>?) -> ReplyElement.Kind {
        switch unsafe task!.pointee.type {
        case REDIS_REPLY_STATUS: .status
        case REDIS_REPLY_ERROR: .error
        default: .string
        }
    }

    /// Delivers an element. The task and its bytes are valid only during this call, and the sink may use them no
    /// longer.
    private static func deliver(
        _ task: UnsafePointer<redisReadTask>?, _ kind: ReplyElement.Kind, _ text: UnsafeMutablePointer<CChar>?,
        _ length: Int
    ) -> UnsafeMutableRawPointer? {
        let sink = unsafe task!.pointee.privdata.assumingMemoryBound(to: ReplySink.self)
        var depth = 0
        var parentIndex = 0
        var parent = unsafe task!.pointee.parent
        if let enclosing = unsafe parent { parentIndex = unsafe max(0, Int(enclosing.pointee.idx)) }
        while let enclosing = unsafe parent {
            depth += 1
            unsafe parent = enclosing.pointee.parent
        }
        let element = ReplyElement(
            kind: kind, index: unsafe max(0, Int(task!.pointee.idx)), depth: depth, parentIndex: parentIndex)
        let start = unsafe UnsafeRawPointer(text)?.assumingMemoryBound(to: UInt8.self)
        let bytes = unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : length)
        unsafe sink.pointee.take(element, bytes.span)
        return unsafe made
    }
}
