extension Settings {
    /// The variable with the password itself; there is no key or flag for it.
    public static let passwordVariable = "MCP_SESSIOND_REDIS_PASSWORD"
    /// The largest secret file, in bytes.
    static let passwordLimit = 4_096

    /// The password for Redis from the environment, or else from `redis.password_file` without one trailing newline;
    /// nil if neither is set. A password in the URL is handled by the endpoint.
    public func redisPassword(environment: [String: String]) throws(SettingMistake) -> String? {
        if let password = environment[Self.passwordVariable], !password.isEmpty { return password }
        return try Self.secret(inFile: redis.passwordFile, key: "redis.password_file")
    }

    /// The key from which HAProxy makes its dynamic cookies.
    public func haproxyKey() throws(SettingMistake) -> String? {
        try Self.secret(inFile: sticky.haproxyKeyFile, key: "sticky.haproxy_key_file")
    }

    /// The secret from which Caddy makes its cookies.
    public func caddySecret() throws(SettingMistake) -> String? {
        try Self.secret(inFile: sticky.caddySecretFile, key: "sticky.caddy_secret_file")
    }

    /// A file's text without one trailing newline; nil if no file is named.
    private static func secret(inFile path: String, key: String) throws(SettingMistake) -> String? {
        guard !path.isEmpty else { return nil }
        let source = SettingSource.file(path: path)
        var text: String
        do {
            text = try SettingFile.text(of: path, byteLimit: passwordLimit)
        } catch {
            throw SettingMistake(source, key, error.message)
        }
        // Compare bytes, since "\r\n" is one Character.
        if text.utf8.last == UInt8(ascii: "\n") { text = String(text.unicodeScalars.dropLast()) }
        if text.utf8.last == UInt8(ascii: "\r") { text = String(text.unicodeScalars.dropLast()) }
        guard !text.isEmpty else { throw SettingMistake(source, key, "the file is empty") }
        return text
    }
}
