extension Settings {
    /// The variable that gives the password itself; there is no key and no flag for it.
    public static let passwordVariable = "MCP_SESSIOND_REDIS_PASSWORD"
    /// Longest password file, in bytes.
    static let passwordLimit = 4_096

    /// The password for Redis from the environment, else from `redis.password_file` less one newline at its end; nil
    /// where neither is set. A password in the URL is the endpoint's business.
    public func redisPassword(environment: [String: String]) throws(SettingMistake) -> String? {
        if let password = environment[Self.passwordVariable], !password.isEmpty { return password }
        guard !redis.passwordFile.isEmpty else { return nil }
        let key = "redis.password_file"
        let source = SettingSource.file(path: redis.passwordFile)
        var text: String
        do {
            text = try SettingFile.text(of: redis.passwordFile, byteLimit: Self.passwordLimit)
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
