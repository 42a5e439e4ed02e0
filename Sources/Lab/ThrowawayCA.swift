import FoundationEssentials

/// A certificate authority of our own, made by the `openssl` command in a fresh folder. It has valid certificates, and
/// others that are invalid in one way each. It is removed by ``remove()``, when it is released, or when we die.
public final class ThrowawayCA: Sendable {
    /// Files in PEM.
    public struct Certificate: Sendable {
        public let certFile: String
        public let keyFile: String
    }

    /// The most time that the command may take for all certificates.
    static let makingSeconds = 120.0

    private let folder: TemporaryFolder

    /// Makes all certificates. Those of servers are for `names`, which are host names and addresses.
    public init(names: [String] = ["localhost", "127.0.0.1", "::1"]) throws(LabError) {
        folder = try TemporaryFolder(prefix: "lab-ca")
        do throws(LabError) {
            try make(names: names)
        } catch {
            folder.remove()
            throw error
        }
    }

    deinit {
        remove()
    }

    /// The authority's own certificate.
    public var caFile: String { folder.file("ca.crt") }
    /// The certificate of another authority, which signed ``foreignServer`` and ``foreignClient``.
    public var foreignCAFile: String { folder.file("foreign-ca.crt") }

    public var server: Certificate { certificate("server") }
    /// A server certificate for the name `elsewhere.invalid` only.
    public var otherNameServer: Certificate { certificate("other-name") }
    /// A server certificate that expired before it was signed.
    public var expiredServer: Certificate { certificate("expired") }
    public var foreignServer: Certificate { certificate("foreign") }
    public var client: Certificate { certificate("client") }
    public var foreignClient: Certificate { certificate("foreign-client") }

    /// A file that is not a certificate.
    public var notACertificate: String { folder.file("extensions") }

    public func remove() {
        folder.remove()
    }

    private func certificate(_ name: String) -> Certificate {
        Certificate(certFile: folder.file("\(name).crt"), keyFile: folder.file("\(name).key"))
    }
}

extension ThrowawayCA {
    /// The script, whose arguments are the folder and the names as an X.509 extension. It reaches its last line only if
    /// all went well.
    private static let script = """
        set -e
        cd "$1"
        curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
        for authority in ca foreign-ca; do
            openssl req -x509 $curve -days 2 -subj "/CN=throwaway $authority" \\
                -keyout "$authority.key" -out "$authority.crt"
        done
        serial=100
        sign() { # name authority days subjectAltName
            serial=$((serial + 1))
            openssl req -new $curve -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
            printf 'subjectAltName=%s\\n' "$4" > extensions
            openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -set_serial "$serial" -days "$3" \\
                -extfile extensions -out "$1.crt"
        }
        sign server ca 2 "$2"
        sign expired ca -1 "$2"
        sign foreign foreign-ca 2 "$2"
        sign other-name ca 2 DNS:elsewhere.invalid
        sign client ca 2 DNS:client
        sign foreign-client foreign-ca 2 DNS:client
        : > done
        """

    private func make(names: [String]) throws(LabError) {
        let alternatives = names.map { name in
            let isAddress = name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
            return (isAddress ? "IP:" : "DNS:") + name
        }
        let log = folder.file("openssl.log")
        let words = ["/bin/sh", "-c", Self.script, "throwaway-ca", folder.path, alternatives.joined(separator: ",")]
        let process = try ChildProcess(words, log: log, folder: folder.path)
        do {
            try waitUntil(deadline: Self.makingSeconds, "the end of openssl") { process.hasEnded() }
        } catch {
            process.end()
            throw .notReady(program: "openssl", seconds: Self.makingSeconds)
        }
        process.dismissWatchdog()
        guard FileManager.default.fileExists(atPath: folder.file("done")) else {
            throw .ended(program: "openssl", log: ChildProcess.lastLines(of: log))
        }
    }
}
