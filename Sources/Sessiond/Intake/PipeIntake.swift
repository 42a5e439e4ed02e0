import Events
import Glibc
import ServiceLifecycle
import Sessions

/// Takes log lines from standard input, until it ends. Nothing is kept of where it stood: what was piped in is gone.
actor PipeIntake: Service, CustomStringConvertible {
    static let waitMilliseconds: Int32 = 100
    static let chunkBytes = 65_536
    /// A line that is longer is rejected.
    static let lineBytes = 1 << 20

    private let thread = BlockingThread(label: "standard input")
    private let intake: EventIntake
    private let node: String?
    private let descriptor: Int32
    private var reader: LineReader
    /// Bytes without a line feed yet.
    private var rest: [UInt8] = []
    private var offset: UInt64 = 0

    init(_ file: EventFile, options: LineReader.Options, intake: EventIntake, descriptor: Int32 = STDIN_FILENO) {
        self.intake = intake
        node = file.node.isEmpty ? nil : file.node
        var options = options
        options.format = LineFormat(rawValue: file.format)
        reader = LineReader(options)
        self.descriptor = descriptor
    }

    nonisolated var description: String { "PipeIntake" }
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    func run() async {
        var isOpen = true
        while isOpen, !Task.isShuttingDownGracefully && !Task.isCancelled {
            guard intake.hasRoom else {
                await pause(seconds: EventJudge.pauseSeconds)
                continue
            }
            isOpen = readOnce()
        }
        take(isLast: true)
        // A service that returns would end the others.
        try? await gracefulShutdown()
    }

    /// Waits for some bytes and takes what lines they make; false at the end.
    private func readOnce() -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, Self.waitMilliseconds) > 0 else { return true }
        var bytes = [UInt8](repeating: 0, count: Self.chunkBytes)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
        rest += bytes[..<count]
        take(isLast: false)
        return true
    }

    private func take(isLast: Bool) {
        let now = intake.watch.clock.now()
        let (intake, node) = (intake, node)
        let read = reader.readLines(in: rest.span, at: offset, isLast: isLast) { outcome in
            intake.take(outcome, from: .stdin, node: node, at: now)
        }
        intake.noteLines(read.lines, from: .stdin)
        rest.removeFirst(Int(read.readTo - offset))
        offset = read.readTo
        guard rest.count > Self.lineBytes else { return }
        // Its end, once it comes, is read as a line of its own and comes to nothing.
        offset += UInt64(rest.count)
        rest = []
        intake.take(.malformed(.tooLong), from: .stdin, at: now)
    }
}
