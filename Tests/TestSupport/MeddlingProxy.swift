import Foundation
import Lab
import Redis
import Synchronization

/// A proxy between the daemon and a Redis, on a unix socket, that meddles with what passes.
public final class MeddlingProxy: Sendable {
    public enum Meddling: Sendable, Equatable {
        case nothing
        /// What the server tells on a connection that has subscribed is dropped, while it stays open.
        case swallowPushes
        /// A connection that sends `CLIENT` is closed.
        case hangUpOnClient
        /// What holds that word, `SCAN` for one, waits until this is over.
        case hold(String)
        /// `TIME` is answered here: with the beginning of that second, and a millisecond more each time.
        case tellTime(seconds: Int)
        /// What the server tells on a connection that has subscribed comes a while late.
        case delayPushes
    }

    public struct Failure: Error {
        public let call: String
    }

    private static let streamSocket = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    private static let pieceBytes = 65_536
    private static let holdSeconds = 300.0
    private static let delaySeconds = 0.5

    private struct State {
        var meddling = Meddling.nothing
        var descriptors: Set<Int32> = []
        var held = 0
        var pushes = 0
        var timesTold = 0
    }

    private let folder: TemporaryFolder
    private let listener: Int32
    /// Kept running as long as the proxy is there.
    private let server: PrivateRedis
    private let state = Mutex(State())

    public init(to redis: PrivateRedis) throws {
        server = redis
        folder = try TemporaryFolder(prefix: "lab-proxy")
        let listener = socket(AF_UNIX, Self.streamSocket, 0)
        self.listener = listener
        guard unsafe try Self.withAddress(folder.file("p.sock"), { unsafe bind(listener, $0, $1) }) == 0,
            listen(listener, 16) == 0
        else { throw Failure(call: "bind") }
        let target = redis.socketPath
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                // The listener was shut down.
                guard client >= 0 else { break }
                guard let self else {
                    close(client)
                    break
                }
                self.forward(client, to: target)
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in state.withLock({ $0.descriptors }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
        folder.remove()
    }

    public var endpoint: RedisEndpoint { RedisEndpoint(.unix(path: folder.file("p.sock"))) }

    public func meddle(_ how: Meddling) { state.withLock { $0.meddling = how } }

    /// Whether somebody waits for what is held.
    public var isHolding: Bool { state.withLock { $0.held > 0 } }
    /// Pieces of what subscriptions were told, passed on so far.
    public var pushes: Int { state.withLock { $0.pushes } }
    /// Clients that are connected.
    public var clients: Int { state.withLock { $0.descriptors.count / 2 } }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Failure(call: "path") }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Moves bytes both ways on a thread of the connection's own, until either side closes.
    private func forward(_ client: Int32, to path: String) {
        let upstream = socket(AF_UNIX, Self.streamSocket, 0)
        guard unsafe (try? Self.withAddress(path, { unsafe connect(upstream, $0, $1) })) == 0 else {
            close(upstream)
            close(client)
            return
        }
        state.withLock { $0.descriptors.formUnion([client, upstream]) }
        Thread.detachNewThread { [weak self] in
            var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
            var isSubscribed = false
            var isOpen = true
            while isOpen {
                var waits = [client, upstream].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                guard unsafe poll(&waits, 2, -1) > 0 else { continue }
                let meddling = self?.state.withLock { $0.meddling } ?? .nothing
                for (wait, target) in zip(waits, [upstream, client]) where isOpen && wait.revents != 0 {
                    let count = unsafe recv(wait.fd, &piece, piece.count, 0)
                    guard count > 0 else {
                        isOpen = false
                        continue
                    }
                    let text = String(decoding: piece[..<min(count, 256)], as: UTF8.self)
                    if text.contains("SUBSCRIBE") { isSubscribed = true }
                    if meddling == .hangUpOnClient, text.contains("$6\r\nCLIENT") { isOpen = false }
                    if case .hold(let word) = meddling, text.contains(word) { self?.waitForRelease() }
                    if case .tellTime(let seconds) = meddling, text == "*1\r\n$4\r\nTIME\r\n" {
                        isOpen = self?.tellTime(seconds, to: client) ?? false
                        continue
                    }
                    // The answer to SUBSCRIBE itself is let through.
                    let isPush = isSubscribed && target == client && !text.contains("\r\nsubscribe\r\n")
                    if meddling == .swallowPushes, isPush { continue }
                    if meddling == .delayPushes, isPush { Thread.sleep(forTimeInterval: Self.delaySeconds) }
                    if isOpen { isOpen = Self.send(piece[..<count], to: target) }
                    if isPush { self?.state.withLock { $0.pushes += 1 } }
                }
            }
            self?.state.withLock { $0.descriptors.subtract([client, upstream]) }
            close(client)
            close(upstream)
        }
    }

    private func waitForRelease() {
        state.withLock { $0.held += 1 }
        defer { state.withLock { $0.held -= 1 } }
        try? waitUntil(deadline: Self.holdSeconds, "what is held to be let through") {
            state.withLock { state in if case .hold = state.meddling { false } else { true } }
        }
    }

    private func tellTime(_ seconds: Int, to client: Int32) -> Bool {
        let told = state.withLock { state in
            state.timesTold += 1
            return state.timesTold
        }
        let words = [seconds + told / 1_000, told % 1_000 * 1_000].map(String.init)
        let answer = "*2\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        return Self.send(Array(answer.utf8)[...], to: client)
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to target: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(target, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }
}

extension PrivateRedis {
    /// Where it listens.
    public var socketPath: String {
        guard case .unix(let path) = endpoint.transport else { preconditionFailure("started on a port") }
        return path
    }
}
