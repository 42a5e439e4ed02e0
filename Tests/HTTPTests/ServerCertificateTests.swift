import Foundation
import Lab
import TestSupport
import Testing

@testable import HTTP

@Suite(.ownThreads) struct ServerCertificateTests {
    private static let authority = Result { try ThrowawayCA() }

    private let ca: ThrowawayCA

    init() throws { ca = try Self.authority.get() }

    @Test func itsTimeIsKnown() throws {
        let now = Int(Date().timeIntervalSince1970)
        let certificate = try ServerCertificate(ca.server)
        #expect(certificate.validFrom <= now && certificate.validUntil > now + 86_000)
        // Its time was over before it was signed; it is served all the same, for its owner to see.
        #expect(try ServerCertificate(ca.expiredServer).validUntil < now)
    }

    @Test func eachFaultIsNamed() throws {
        let (chain, key) = (try bytes(ca.server.certFile), try bytes(ca.server.keyFile))
        let garbled = Array("-----BEGIN CERTIFICATE-----\naGVsbG8K\n-----END CERTIFICATE-----\n".utf8)
        let long = (0...ServerCertificate.chainLimit).flatMap { _ in chain }
        let folder = try TemporaryFolder(prefix: "certificate")
        defer { folder.remove() }
        let (pem, der) = (folder.file("pem"), folder.file("der"))
        let encrypting = ["openssl", "pkcs8", "-topk8", "-in", ca.server.keyFile, "-passout", "pass:x", "-out", pem]
        #expect(try TLSClient(encrypting).status == 0)
        #expect(
            try TLSClient(["openssl", "x509", "-in", ca.server.certFile, "-outform", "DER", "-out", der]).status == 0)
        let rows: [(chain: [UInt8], key: [UInt8], fault: HTTPError)] = [
            ([], key, .badCertificate(reason: "no certificate in PEM")),
            (Array("hello\n".utf8), key, .badCertificate(reason: "no certificate in PEM")),
            (key, key, .badCertificate(reason: "no certificate in PEM")),
            (try bytes(der), key, .badCertificate(reason: "no certificate in PEM")),
            (garbled, key, .badCertificate(reason: "ASN1 parser: Error in TAG.")),
            (long, key, .badCertificate(reason: "more than 16 certificates")),
            (chain, [], .badKey(reason: "no private key in PEM")),
            (chain, Array("hello\n".utf8), .badKey(reason: "no private key in PEM")),
            (chain, chain, .badKey(reason: "no private key in PEM")),
            (chain, try bytes(pem), .badKey(reason: "it is encrypted")),
            (chain, try bytes(ca.client.keyFile), .badKey(reason: "it does not fit the certificate")),
        ]
        for (position, row) in rows.enumerated() {
            #expect(throws: row.fault, "row \(position)") { try ServerCertificate(chain: row.chain, key: row.key) }
        }
    }
}
