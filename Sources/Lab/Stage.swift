import Dispatch
import Glibc
import Synchronization

/// The thread that plays the script of a ``ScriptedServer``, and the means to stop it wherever it waits.
final class Stage: Sendable {
    let received = Mutex<[UInt8]>([])
    private let script: [ScriptedServer.Step]
    /// A socket that is readable once ``stop()`` was called; its other end is `alarm`.
    private let bell: Int32
    private let alarm: Int32
    private let isPlaying = Mutex(true)

    /// The most time that ``stop()`` waits for the thread.
    private static let stopSeconds = 5.0
    /// The most bytes from clients that are kept; later ones are read and dropped.
    private static let receivedLimit = 16 << 20

    init(_ script: [ScriptedServer.Step]) throws(LabError) {
        self.script = script
        (bell, alarm) = try Sockets.pair()
    }

    deinit {
        close(bell)
        close(alarm)
    }

    /// Runs `body` on a thread of its own. Call it once.
    func begin(_ body: @escaping @Sendable (Stage) -> Void) {
        DispatchQueue(label: "script").async {
            body(self)
            self.isPlaying.withLock { $0 = false }
        }
    }

    func stop() {
        shutdown(alarm, Int32(SHUT_RDWR))
        try? waitUntil(deadline: Self.stopSeconds, "the script to end") { !isPlaying.withLock { $0 } }
    }

    /// Plays the script to one client after another, and closes `listener` at the end.
    func serve(_ listener: Int32) {
        defer { close(listener) }
        while wait(for: listener, Int16(POLLIN)) {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { continue }
            play(client)
        }
    }

    /// Plays the script to one client, and closes it.
    func play(_ client: Int32) {
        defer { close(client) }
        for step in script {
            switch step {
            case .receive(let bytes): guard receive(bytes, from: client) else { return }
            case .send(let bytes): guard send(bytes[...], to: client) else { return }
            case .dribble(let bytes, let seconds):
                for byte in bytes { guard pause(seconds), send([byte], to: client) else { return } }
            case .pause(let seconds): guard pause(seconds) else { return }
            case .hang: _ = receive(.max, from: client)
            case .close: return
            }
        }
    }
}

extension Stage {
    /// Receives so many bytes; false if the client closed or the stage was stopped first.
    private func receive(_ count: Int, from client: Int32) -> Bool {
        var missing = count
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while missing > 0 {
            guard wait(for: client, Int16(POLLIN)) else { return false }
            let got = unsafe recv(client, &buffer, min(missing, buffer.count), Int32(MSG_DONTWAIT))
            if got < 0, errno == EAGAIN || errno == EINTR { continue }
            guard got > 0 else { return false }
            received.withLock { $0.append(contentsOf: buffer[..<got].prefix(max(0, Self.receivedLimit - $0.count))) }
            missing -= got
        }
        return true
    }

    /// Sends all bytes; false if the client closed or the stage was stopped first.
    private func send(_ bytes: ArraySlice<UInt8>, to client: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            guard wait(for: client, Int16(POLLOUT)) else { return false }
            let sent = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    client, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            if sent < 0, errno == EAGAIN || errno == EINTR { continue }
            guard sent >= 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Waits; false if the stage was stopped meanwhile.
    private func pause(_ seconds: Double) -> Bool {
        var waits = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
        return unsafe poll(&waits, 1, Int32(seconds * 1_000)) <= 0
    }

    /// Waits until the descriptor is ready or closed; false if the stage was stopped.
    private func wait(for descriptor: Int32, _ events: Int16) -> Bool {
        var waits = [
            pollfd(fd: descriptor, events: events, revents: 0), pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&waits, 2, -1) < 0, errno == EINTR {}
        return waits[1].revents == 0
    }
}
