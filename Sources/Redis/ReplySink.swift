/// The receiver of elements from hiredis' parser, reached through the reader's `privdata` while an answer is parsed.
struct ReplySink {
    /// Ignores elements that nobody asked for. There are none, since the parser runs only while there is a receiver.
    static let nobody: @Sendable (ReplyElement, Span<UInt8>) -> Void = { _, _ in }

    var take: (ReplyElement, Span<UInt8>) -> Void
}
