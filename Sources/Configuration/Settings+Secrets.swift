extension Settings {
    /// The variable that gives the password itself; there is no key and no flag for it.
    public static let passwordVariable = "MCP_SESSIOND_REDIS_PASSWORD"
    /// Longest file of a secret, in bytes.
    static let passwordLimit = 4_096

    /// The password for Redis from the environment, else from `redis.password_file` less one newline at its end; nil
    /// where neither is set. A password in the URL is the endpoint's business.
    public func redisPassword(environment: [String: String]) throws(SettingMistake) -> String? {
        if let password = environment[Self.passwordVariable], !password.isEmpty { return password }
        return try Self.secret(inFile: redis.passwordFile, key: "redis.password_file")
    }

    /// The key by which HAProxy makes its dynamic cookies.
    public func haproxyKey() throws(SettingMistake) -> String? {
        try Self.secret(inFile: sticky.haproxyKeyFile, key: "sticky.haproxy_key_file")
    }

    /// The secret by which Caddy makes its cookies.
    public func caddySecret() throws(SettingMistake) -> String? {
        try Self.secret(inFile: sticky.caddySecretFile, key: "sticky.caddy_secret_file")
    }

    /// A file's text less one newline at its end; nil where no file is named.
    private static func secret(inFile path: String, key: String) throws(SettingMistake) -> String? {
        guard !path.isEmpty else { return nil }
        let source = SettingSource.file(path: path)
        var text: String
        do {
            text = try SettingFile.text(of: path, byteLimit: passwordLimit)
        } catch {
            throw SettingMistake(source, key, error.message)
        }
        // As bytes: "\r\n" is one Character.
        if text.utf8.last == UInt8(ascii: "\n") { text = String(text.unicodeScalars.dropLast()) }
        if text.utf8.last == UInt8(ascii: "\r") { text = String(text.unicodeScalars.dropLast()) }
        guard !text.isEmpty else { throw SettingMistake(source, key, "the file is empty") }
        return text
    }
}
