import CHiredis
import Sockets

extension RedisConnection {
    /// hiredis' reply parser, fed with what the wire brings; it hands the elements to whoever takes them at the time.
    @safe struct Reader: ~Copyable {
        /// Measured best: the parser moves what is left over after each answer, so larger pieces are 3 to 4 times
        /// slower.
        static let pieceBytes = 16 << 10

        private let parser: UnsafeMutablePointer<redisReader>
        /// hiredis copies this address into each task when an answer begins, and an answer may come in over several
        /// calls: so it is the same for the connection's life, and only what it holds is exchanged.
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
            /// An answer is complete: all of its elements were handed over.
            case answer
            /// More bytes are needed.
            case starved
            /// What came is not RESP.
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
                // Out of memory is remembered by the parser, and found at the next step.
                _ = unsafe redisReaderFeed(parser, piece.baseAddress!.assumingMemoryBound(to: CChar.self), count)
            }
            return transfer
        }

        /// The elements that are parsed during `body` go to `take`.
        func delivering<Outcome>(
            to take: (ReplyElement, Span<UInt8>) -> Void, _ body: () -> Outcome
        ) -> Outcome {
            withoutActuallyEscaping(take) { take in
                unsafe sink.pointee.take = take
                defer { unsafe sink.pointee.take = ReplySink.nobody }
                return body()
            }
        }

        /// What ``Step/garbage`` was. hiredis quotes the byte that it did not understand; what can stand in a log is
        /// kept.
        var complaint: String {
            let text = unsafe String(cString: sessiond_redis_reader_errstr(parser))
            return String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }))
        }
    }
}
