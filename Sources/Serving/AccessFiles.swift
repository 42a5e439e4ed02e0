import Configuration
import Glibc
import HTTP

/// Reads the files that ``Access`` needs. An error names the key and the file, and nothing of the content.
enum AccessFiles {
    /// Largest file of tokens, of a certificate with its chain, or of a key, in bytes.
    static let byteLimit = 1 << 20

    static func rules(_ settings: HTTPSettings, isTLS: Bool) throws(StartupError) -> AccessRules {
        AccessRules(
            tokens: try tokens(settings.tokensFile), listen: settings.listen,
            allowAnonymousReads: settings.allowAnonymousReads, allowedHosts: settings.allowedHosts, isTLS: isTLS)
    }

    /// Nil if none is named.
    static func certificate(_ tls: HTTPSettings.TLS) throws(StartupError) -> ServerCertificate? {
        guard tls != HTTPSettings.TLS() else { return nil }
        let chain = try text(of: tls.certFile, key: "http.tls.cert_file")
        let key = try text(of: tls.keyFile, key: "http.tls.key_file")
        do throws(HTTPError) {
            return try ServerCertificate(chain: Array(chain.utf8), key: Array(key.utf8))
        } catch {
            switch error {
            case .badKey(let reason): throw .file(key: "http.tls.key_file", tls.keyFile, reason: reason)
            case .badCertificate(let reason): throw .file(key: "http.tls.cert_file", tls.certFile, reason: reason)
            default: throw .file(key: "http.tls.cert_file", tls.certFile, reason: error.description)
            }
        }
    }

    static func isReadableByAll(_ path: String) -> Bool {
        var facts = stat()
        return unsafe !path.isEmpty && stat(path, &facts) == 0 && facts.st_mode & 0o007 != 0
    }

    private static func tokens(_ path: String) throws(StartupError) -> [AccessToken] {
        guard !path.isEmpty else { return [] }
        let text = try text(of: path, key: "http.tokens_file")
        do throws(HTTPError) {
            return try AccessToken.parse(file: text)
        } catch {
            throw .file(key: "http.tokens_file", path, reason: error.description)
        }
    }

    private static func text(of path: String, key: String) throws(StartupError) -> String {
        do throws(SettingProblem) {
            return try SettingFile.text(of: path, byteLimit: byteLimit)
        } catch {
            throw .file(key: key, path, reason: error.message)
        }
    }
}
