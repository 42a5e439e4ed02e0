import CHiredis
import Sockets

extension RedisConnection {
    /// The reply parser of hiredis, which is fed from the wire and delivers elements to the current receiver.
    @safe struct Reader: ~Copyable {
        /// The fastest size by measurement: the parser moves the remaining bytes after each answer, so larger pieces
        /// are 3 to 4 times slower.
        static let pieceBytes = 16 << 10

        private let parser: UnsafeMutablePointer<redisReader>
        /// hiredis copies this address into each task when an answer begins, and an answer may span several calls. So
        /// the address is the same for the connection's life, and only its content is exchanged.
        private let sink: UnsafeMutablePointer<ReplySink>
        private let piece: UnsafeMutableRawBufferPointer

        init() {
            guard let parser = unsafe redisReaderCreateWithFunctions(ReplyFunctions.table) else {
                fatalError("out of memory")
            }
            unsafe self.parser = parser
            unsafe sink = .allocate(capacity: 1)
            unsafe sink.initialize(to: ReplySink(take: ReplySink.nobody))
            unsafe piece = .allocate(byteCount: Self.pieceBytes, alignment: 16)
            unsafe parser.pointee.privdata = UnsafeMutableRawPointer(sink)
        }

        deinit {
            unsafe redisReaderFree(parser)
            unsafe sink.deinitialize(count: 1)
            unsafe sink.deallocate()
            unsafe piece.deallocate()
        }

        enum Step {
            /// An answer is complete: all of its elements were delivered.
            case answer
            /// More bytes are needed.
            case starved
            /// The bytes are not RESP.
            case garbage
        }

        /// Parses up to the end of the next answer, or of the bytes.
        func step() -> Step {
            var answer: UnsafeMutableRawPointer?
            guard unsafe redisReaderGetReply(parser, &answer) == REDIS_OK else { return .garbage }
            return unsafe answer == nil ? .starved : .answer
        }

        /// Reads one piece from the wire.
        func feed(from wire: borrowing Wire) -> Transfer {
            let transfer = unsafe wire.read(into: piece)
            if case .bytes(let count) = transfer {
                // If memory runs out, the parser remembers it, and the next step fails.
                _ = unsafe redisReaderFeed(parser, piece.baseAddress!.assumingMemoryBound(to: CChar.self), count)
            }
            return transfer
        }

        /// Runs `body`; elements parsed meanwhile go to `take`.
        func delivering<Outcome>(
            to take: (ReplyElement, Span<UInt8>) -> Void, _ body: () -> Outcome
        ) -> Outcome {
            withoutActuallyEscaping(take) { take in
                unsafe sink.pointee.take = take
                defer { unsafe sink.pointee.take = ReplySink.nobody }
                return body()
            }
        }

        /// The reason for ``Step/garbage``. hiredis quotes the byte that it rejected; only printable characters are
        /// kept for logs.
        var complaint: String {
            let text = unsafe String(cString: sessiond_redis_reader_errstr(parser))
            return String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }))
        }
    }
}
