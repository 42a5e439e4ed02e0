import TestSupport
import Testing

@testable import Sockets

@Suite(.ownThreads) struct StreamSocketTests {
    private func failure(_ address: SocketAddress, within seconds: Double = 60) -> ConnectError? {
        do throws(ConnectError) {
            _ = try StreamSocket(connectingTo: address, within: seconds)
            return nil
        } catch {
            return error
        }
    }

    @Test func whyThereIsNoConnectionIsSaidInTheSystemsWords() {
        #expect(failure(.tcp(host: "127.0.0.1", port: 1)) == ConnectError(.refused, "Connection refused"))
        #expect(failure(.unix(path: "/none")) == ConnectError(.other, "No such file or directory"))
        let long = "/" + String(repeating: "x", count: 200)
        #expect(failure(.unix(path: long)) == ConnectError(.other, "File name too long"))
        #expect(failure(.tcp(host: "1:2:3", port: 1))?.cause == .hostName)
    }

    @Test func anAddressIsShownAsInURLs() {
        #expect("\(SocketAddress.tcp(host: "::1", port: 80)) \(SocketAddress.unix(path: "/s"))" == "[::1]:80 /s")
    }

    @Test(arguments: [-1, 0]) func aDeadlinePasses(seconds: Double) {
        #expect(Deadline(in: seconds).hasPassed)
    }

    @Test func aFarDeadlineIsNoFault() {
        #expect(!Deadline(in: .infinity).hasPassed)
    }
}
