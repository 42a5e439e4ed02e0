/// Where a Redis server listens, and who we say we are. Neither its description nor its mirror shows the password.
public struct RedisEndpoint: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    public enum Transport: Sendable, Equatable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    public var transport: Transport
    public var database: Int
    /// Empty for the default user.
    public var username: String
    /// Empty for none.
    public var password: String

    public init(_ transport: Transport, database: Int = 0, username: String = "", password: String = "") {
        self.transport = transport
        self.database = database
        self.username = username
        self.password = password
    }

    /// `127.0.0.1:6379/0`, `[::1]:6379/0` or `/run/redis.sock/0`: for logs and errors.
    public var description: String {
        switch transport {
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
        case .unix(let path): "\(path)/\(database)"
        }
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension RedisEndpoint {
    static let defaultPort: UInt16 = 6379
    /// Databases are numbered from 0; Redis ships with 16, and no more than this many can be configured sensibly.
    static let databaseLimit = 65_536

    /// Reads `redis://[user[:password]@]host[:port][/db]` or `unix://[user[:password]@]/path/to.sock[?db=n]`; user and
    /// password may be percent-encoded. Throws ``RedisError/invalidURL(_:)``, whose text holds no part of the user info.
    public init(url: String) throws(RedisError) {
        guard let schemeEnd = url.firstRange(of: "://") else {
            throw .invalidURL("no scheme: expected redis://host:port/db or unix:///path?db=n")
        }
        let scheme = url[..<schemeEnd.lowerBound].lowercased()
        var rest = url[schemeEnd.upperBound...]
        var username = ""
        var password = ""
        if let at = rest.lastIndex(of: "@") {
            let words = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            username = try Self.percentDecoded(words[0])
            password = words.count > 1 ? try Self.percentDecoded(words[1]) : ""
            rest = rest[rest.index(after: at)...]
        }
        switch scheme {
        case "redis": self = try Self.tcp(rest)
        case "unix": self = try Self.unix(rest)
        // Only what looks like a scheme is shown: user info may stand in front of it by mistake.
        case _ where scheme.allSatisfy(\.isLetter):
            throw .invalidURL("scheme \"\(scheme.prefix(20))\" is not one of redis, unix")
        default: throw .invalidURL("the scheme is not one of redis, unix")
        }
        self.username = username
        self.password = password
    }

    private static func tcp(_ text: Substring) throws(RedisError) -> RedisEndpoint {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let (host, port) = try hostAndPort(parts[0])
        let database = parts.count > 1 && !parts[1].isEmpty ? try databaseNumber(parts[1]) : 0
        return RedisEndpoint(.tcp(host: host, port: port), database: database)
    }

    private static func unix(_ text: Substring) throws(RedisError) -> RedisEndpoint {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].hasPrefix("/") else { throw .invalidURL("unix:// takes an absolute path to the socket") }
        // sockaddr_un holds 108 bytes, the terminating zero included.
        guard parts[0].utf8.count < 108 else { throw .invalidURL("the socket's path is longer than 107 bytes") }
        var database = 0
        if parts.count > 1 {
            guard parts[1].hasPrefix("db=") else { throw .invalidURL("only ?db=n may follow the socket's path") }
            database = try databaseNumber(parts[1].dropFirst(3))
        }
        return RedisEndpoint(.unix(path: String(parts[0])), database: database)
    }

    private static func hostAndPort(_ text: Substring) throws(RedisError) -> (String, UInt16) {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw .invalidURL("[ of an IPv6 address is not closed") }
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .invalidURL("only :port may follow ]") }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw .invalidURL("no host") }
        guard let port else { return (String(host), defaultPort) }
        // Not shown: in `redis://user:password`, where the host was forgotten, it is the password.
        guard let number = UInt16(port), number > 0, port.first != "+" else {
            throw .invalidURL("the port is not a number in 1...65535")
        }
        return (String(host), number)
    }

    private static func databaseNumber(_ text: Substring) throws(RedisError) -> Int {
        guard let number = Int(text), (0..<databaseLimit).contains(number), text.first != "+" else {
            throw .invalidURL("the database is not a number from 0")
        }
        return number
    }

    private static func percentDecoded(_ text: Substring) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            // `UInt8("+f", radix: 16)` would be 15.
            guard rest.count >= 2, rest.first != UInt8(ascii: "+"),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else {
                throw .invalidURL("a % in user or password is not followed by two hex digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
