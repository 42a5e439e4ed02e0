import Sockets

extension RedisEndpoint {
    /// The parts of a Redis URL, split but not yet validated. Its error texts repeat nothing that may be a password.
    struct URLParts {
        /// Databases are numbered from 0. Redis ships with 16; more than this many make no sense.
        static let databaseLimit = 65_536

        /// In lower case.
        let scheme: String
        let username: String
        let password: String
        /// The text between the user info and the query.
        let place: Substring
        /// The text after the first `?`.
        let query: Substring

        init(_ url: String, schemes: [String]) throws(RedisError) {
            guard let schemeEnd = url.firstRange(of: "://") else {
                throw .invalidURL("no scheme: expected redis://host:port/db or unix:///path?db=n")
            }
            scheme = url[..<schemeEnd.lowerBound].lowercased()
            guard schemes.contains(scheme) else {
                let known = schemes.joined(separator: ", ")
                // Show only what looks like a scheme, since user info may precede it by mistake.
                let isPlausible = scheme.allSatisfy { $0.isLetter || $0 == "+" }
                throw .invalidURL(
                    "\(isPlausible ? "scheme \"\(scheme.prefix(20))\"" : "the scheme") is not one of \(known)")
            }
            var rest = url[schemeEnd.upperBound...]
            if let at = rest.lastIndex(of: "@") {
                let words = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                username = try Self.percentDecoded(words[0])
                password = words.count > 1 ? try Self.percentDecoded(words[1]) : ""
                rest = rest[rest.index(after: at)...]
            } else {
                (username, password) = ("", "")
            }
            let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            place = halves[0]
            query = halves.count > 1 ? halves[1] : ""
        }

        /// Default TLS settings for `rediss`; nil without TLS.
        var tls: ClientTLS? { scheme.hasPrefix("rediss") ? ClientTLS() : nil }

        /// The words after the hosts, each preceded by `/`; a trailing `/` adds none.
        var path: [Substring] {
            let words = place.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            return Array(words.last?.isEmpty == true ? words.dropLast() : words)
        }

        /// The hosts with their ports, at least one.
        func hosts(defaultPort: UInt16) throws(RedisError) -> [SocketAddress] {
            let list = place.prefix { $0 != "/" }.split(separator: ",", omittingEmptySubsequences: false)
            guard list.count <= RedisDeployment.hostLimit else {
                throw .invalidURL("more than \(RedisDeployment.hostLimit) hosts")
            }
            return try (list.isEmpty ? [""] : list).map { text throws(RedisError) in
                try Self.host(text, defaultPort: defaultPort)
            }
        }

        private static func host(_ text: Substring, defaultPort: UInt16) throws(RedisError) -> SocketAddress {
            var host = text
            var port: Substring?
            if text.hasPrefix("[") {
                guard let close = text.firstIndex(of: "]") else {
                    throw .invalidURL("the [ of an IPv6 address is not closed")
                }
                host = text[text.index(after: text.startIndex)..<close]
                let after = text[text.index(after: close)...]
                guard after.isEmpty || after.hasPrefix(":") else { throw .invalidURL("only :port may follow ]") }
                port = after.isEmpty ? nil : after.dropFirst()
            } else if let colon = text.lastIndex(of: ":") {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            guard !host.isEmpty else { throw .invalidURL("no host") }
            guard let port else { return .tcp(host: String(host), port: defaultPort) }
            // Not shown: in `redis://user:password`, where the host is missing, the port is the password.
            guard let number = UInt16(port), number > 0, port.first != "+" else {
                throw .invalidURL("the port is not a number in 1...65535")
            }
            return .tcp(host: String(host), port: number)
        }

        static func database(_ text: Substring) throws(RedisError) -> Int {
            guard let number = Int(text), (0..<databaseLimit).contains(number), text.first != "+" else {
                throw .invalidURL("the database is not a valid number")
            }
            return number
        }

        static func percentDecoded(_ text: Substring) throws(RedisError) -> String {
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
                    throw .invalidURL("a % is not followed by two hex digits")
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
