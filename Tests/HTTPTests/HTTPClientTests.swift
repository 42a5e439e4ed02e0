import Lab
import Sockets
import TestSupport
import Testing

@testable import HTTP

/// The client against our server, over real sockets.
@Suite(.ownThreads) struct HTTPClientTests {
    private static let authority = Result { try ThrowawayCA() }

    private func server(
        at address: String = "127.0.0.1:0", _ certificate: ThrowawayCA.Certificate? = nil
    ) throws -> HTTPServer {
        try HTTPServer(listen: .parse(address), certificate: certificate.map { try ServerCertificate($0) }) {
            let body = String(decoding: $0.body, as: UTF8.self)
            return .text("\($0.method.rawValue) \($0.target) \($0.headers["Host"] ?? "") \(body)")
        }
    }

    /// That trusts the authority of the file, or the system's.
    private func client(_ url: String, trusting authority: String = "") throws -> HTTPClient {
        HTTPClient(try HTTPServerURL(url), seconds: 60, tls: ClientTLS(caFile: authority))
    }

    private func failure(_ client: HTTPClient) -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try client.ask(.get, "/")
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("[::1]", "[::1]")])
    func aServerIsAsked(host: String, listen: String) throws {
        let server = try server(at: "\(listen):0")
        let client = try client("http://\(host):\(server.port)/base/")
        let answer = try client.ask(.get, "/a%2Fb?c=d")
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == "GET /base/a%2Fb?c=d \(host):\(server.port) ")
        let posted = try client.ask(.post, "/x", headers: ["Content-Type": "text/plain"], body: Array("hello".utf8))
        #expect(String(decoding: posted.body, as: UTF8.self) == "POST /base/x \(host):\(server.port) hello")
        #expect(try client.ask(.head, "/").body.isEmpty)
    }

    @Test func aServerWithTLSMustBeTrustedAndHaveTheName() throws {
        let ca = try Self.authority.get()
        let server = try server(ca.server)
        let url = "https://localhost:\(server.port)"
        #expect(try client(url, trusting: ca.caFile).ask(.get, "/").status == 200)
        guard case .connect(let untrusted) = try failure(client(url)) else {
            Issue.record("a stranger was trusted")
            return
        }
        #expect(untrusted.cause == .untrusted)
        let other = try self.server(ca.otherNameServer)
        guard
            case .connect(let otherName) = try failure(
                client("https://localhost:\(other.port)", trusting: ca.caFile))
        else {
            Issue.record("another server was taken for this one")
            return
        }
        #expect(otherName.reason.contains("is for another name than localhost"))
    }

    @Test func oneSideAloneSpeaksTLS() throws {
        let encrypted = try server(try Self.authority.get().server)
        #expect(try failure(client("http://localhost:\(encrypted.port)")) == .empty)
        let plain = try server()
        guard case .connect(let error) = try failure(client("https://localhost:\(plain.port)")) else {
            Issue.record("no TLS, and no failure")
            return
        }
        // It answers in the clear, or closes.
        #expect(error.reason.contains("TLS"), "\(error.reason)")
    }

    @Test func nobodyListens() throws {
        let port = try server().port
        let refused = ConnectError(.refused, "Connection refused")
        #expect(try failure(client("http://127.0.0.1:\(port)")) == .connect(refused))
        guard case .connect(let error) = try failure(client("http://nobody.invalid")) else {
            Issue.record("nobody.invalid has an address")
            return
        }
        #expect(error.cause == .hostName)
    }
}
