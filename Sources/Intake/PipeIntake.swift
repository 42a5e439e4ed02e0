import Configuration
import Events
import Glibc
import Redis
import ServiceLifecycle
import Sessions
import Workers

/// An actor that takes log lines from standard input until it ends. No position is kept, since piped input cannot be
/// read twice. The writer must not be blocked for long, because a node that cannot log serves nobody: after some
/// seconds without room, lines are read all the same and their events dropped.
public actor PipeIntake: Service, CustomStringConvertible {
    static let waitMilliseconds: Int32 = 100
    static let chunkBytes = 65_536
    /// The longest line; longer ones are rejected.
    static let lineBytes = 1 << 20
    public static let patienceSeconds = 5.0

    private let thread = BlockingThread(label: "standard input")
    private let intake: EventIntake
    private let node: String?
    private let log: Int
    private let descriptor: Int32
    private let patienceSeconds: Double
    private var reader: LineReader
    /// Bytes of an incomplete line.
    private var rest: [UInt8] = []
    private var offset: UInt64 = 0
    /// The monotonic time since which there has been no room.
    private var fullSince: Double?

    public init(
        _ file: EventFile, options: LineReader.Options, intake: EventIntake, descriptor: Int32 = STDIN_FILENO,
        patienceSeconds: Double = patienceSeconds
    ) {
        self.intake = intake
        log = intake.addLog(EventSource.stdin.rawValue, keeping: file.keeps)
        self.patienceSeconds = patienceSeconds
        node = file.node.isEmpty ? nil : file.node
        var options = options
        options.format = LineFormat(rawValue: file.format)
        reader = LineReader(options)
        self.descriptor = descriptor
    }

    public nonisolated var description: String { "PipeIntake" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        var isOpen = true
        while isOpen, !Task.isEnding {
            guard isReadable() else { continue }
            if let isOpenStill = intake.withRoom({ readOnce(hasRoom: true) }) {
                isOpen = isOpenStill
                fullSince = nil
            } else if isPatient() {
                await pause(seconds: EventJudge.pauseSeconds)
            } else {
                isOpen = readOnce(hasRoom: false)
            }
        }
        if intake.withRoom({ take(isLast: true, hasRoom: true) }) == nil { take(isLast: true, hasRoom: false) }
        // If this service returned, the others would end.
        try? await gracefulShutdown()
    }

    /// Waits a moment for bytes or the end of input.
    private func isReadable() -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&ready, 1, Self.waitMilliseconds) > 0
    }

    private func isPatient() -> Bool {
        let now = monotonicSeconds()
        let since = fullSince ?? now
        fullSince = since
        return now - since < patienceSeconds
    }

    /// Reads the available bytes and takes their lines; returns false at the end of input.
    private func readOnce(hasRoom: Bool) -> Bool {
        var bytes = [UInt8](repeating: 0, count: Self.chunkBytes)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
        rest += bytes[..<count]
        take(isLast: false, hasRoom: hasRoom)
        return true
    }

    private func take(isLast: Bool, hasRoom: Bool) {
        let now = intake.watch.clock.now()
        let (intake, node, log) = (intake, node, log)
        let read = reader.readLines(in: rest.span, at: offset, isLast: isLast) { outcome in
            if hasRoom {
                intake.take(outcome, from: .stdin, log: log, node: node, at: now)
            } else {
                intake.pass(outcome, from: .stdin, at: now)
            }
        }
        intake.noteLines(read.lines, in: rest.span.extracting(0..<Int(read.readTo - offset)), from: .stdin, log: log)
        rest.removeFirst(Int(read.readTo - offset))
        offset = read.readTo
        guard rest.count > Self.lineBytes else { return }
        // The rest of the line will be read as a line of its own, and come to nothing.
        offset += UInt64(rest.count)
        rest = []
        intake.take(.malformed(.tooLong), from: .stdin, at: now)
    }
}
