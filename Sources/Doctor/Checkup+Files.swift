import Glibc

extension Checkup {
    /// Checks whether only the owner can use files with secrets.
    public func files() -> [Check] {
        let named = [
            ("tokens", "http.tokens_file", settings.http.tokensFile),
            ("password", "redis.password_file", settings.redis.passwordFile),
            ("tls key", "redis.tls.key_file", settings.redis.tls.keyFile),
        ]
        return named.filter { !$0.2.isEmpty }.map { name, key, path in Self.judge(name, key, path) }
    }

    static func judge(_ name: String, _ key: String, _ path: String) -> Check {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else {
            return Check(
                name, .fail, "\(key) \(path): \(unsafe String(cString: strerror(errno)))",
                mend: "Create it, owned by the daemon's user, mode 0600.")
        }
        let mode = facts.st_mode & 0o777
        let shown = "0" + String(mode, radix: 8)
        guard mode & 0o007 == 0 else {
            return Check(
                name, .fail, "\(key) \(path) is open to everyone (mode \(shown))", mend: "chmod 600 \(path)")
        }
        guard mode & 0o030 == 0 else {
            return Check(
                name, .warn, "\(key) \(path) is writable by its group (mode \(shown))", mend: "chmod 600 \(path)")
        }
        return Check(name, .ok, "\(key) \(path), mode \(shown)")
    }
}
