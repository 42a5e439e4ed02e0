import Dispatch
import Lab
import Synchronization
import TestSupport
import Testing

@testable import Sockets

/// Host names are resolved within a time, whatever the system's resolver does.
@Suite(.ownThreads) struct NameLookupTests {
    /// A resolver that answers when it is let go on.
    private final class SlowResolver: Sendable {
        let isReleased = DispatchSemaphore(value: 0)
        let asked = Mutex<[String]>([])

        func lookup() -> NameLookup {
            NameLookup { [self] host in
                asked.withLock { $0.append(host) }
                isReleased.wait()
                return .addresses(["192.0.2.1"])
            }
        }
    }

    @Test func aResolverThatHangsKeepsNobodyWaiting() throws {
        let resolver = SlowResolver()
        let names = resolver.lookup()
        let late = NameLookup.Answer.failed("the host's name was not resolved within 0.05 s")
        // The second one does not make it be asked twice.
        for _ in 0..<2 { #expect(names.addresses(of: "redis.example", within: 0.05) == late) }
        try waitUntil("the resolver to be asked") { resolver.asked.withLock { $0 } == ["redis.example"] }
        let error = #expect(throws: ConnectError.self) {
            _ = try StreamSocket(
                connectingTo: .tcp(host: "redis.example", port: 6379), within: 0.05, names: names)
        }
        #expect(error == ConnectError(.timeout, "the host's name was not resolved within 0.05 s"))
        resolver.isReleased.signal()
        // Who asks while it still answers gets that answer; who comes later has it asked anew.
        resolver.isReleased.signal()
        #expect(names.addresses(of: "redis.example", within: 60) == .addresses(["192.0.2.1"]))
        resolver.isReleased.signal()
    }

    @Test func namesThatAreLookedUpAtOnceAreBounded() {
        let resolver = SlowResolver()
        let names = resolver.lookup()
        for number in 0..<NameLookup.nameLimit { _ = names.addresses(of: "h\(number).example", within: 0) }
        let refusal = NameLookup.Answer.failed("too many host names are being looked up")
        #expect(names.addresses(of: "one-more.example", within: 60) == refusal)
        for _ in 0..<NameLookup.nameLimit { resolver.isReleased.signal() }
    }

    @Test(arguments: ["127.0.0.1", "::1", "fe80::1%lo"]) func anAddressIsNotLookedUp(_ address: String) {
        let names = NameLookup { .failed("asked for \($0)") }
        #expect(names.addresses(of: address, within: 0) == .addresses([address]))
    }
}

/// With a server that listens.
@Suite(.ownThreads) struct NameLookupRedisTests {
    /// The first address leads nowhere.
    @Test func oneAddressOfANameThatAnswersIsEnough() throws {
        let redis = try PrivateRedis(tcp: true)
        defer { redis.stop() }
        guard case .tcp(let host, let port) = redis.endpoint.transport else { return }
        let names = NameLookup { _ in .addresses(["127.0.0.2", host]) }
        let address = SocketAddress.tcp(host: "redis.example", port: port)
        _ = try StreamSocket(connectingTo: address, within: 60, names: names)
        let nobody = NameLookup { _ in .addresses(["127.0.0.2"]) }
        #expect(throws: ConnectError(.refused, "Connection refused")) {
            _ = try StreamSocket(connectingTo: address, within: 60, names: nobody)
        }
        let none = NameLookup { _ in .addresses([]) }
        #expect(throws: ConnectError(.hostName, "the host's name has no address")) {
            _ = try StreamSocket(connectingTo: address, within: 60, names: none)
        }
    }

    @Test func theSystemKnowsLocalhostAndNoInvalidName() throws {
        let redis = try PrivateRedis(tcp: true)
        defer { redis.stop() }
        guard case .tcp(_, let port) = redis.endpoint.transport else { return }
        _ = try Wire.open(.tcp(host: "localhost", port: port), tls: nil, within: 60)
        guard case .failed = NameLookup.system.addresses(of: "nobody.invalid", within: 60) else {
            Issue.record("nobody.invalid has an address")
            return
        }
    }
}
