/// An error in the form of RFC 9457, such as
/// `{"type":"about:blank","title":"Bad Request","status":400,"detail":"unknown parameter","parameter":"limt"}`.
public struct Problem: Sendable {
    public var type: String
    public var title: String
    public var status: Int
    public var detail: String?
    /// Further members, in order. Those with the name of one of the standard's five are left out.
    public var members: [(name: String, value: String)]
    /// Further members that are lists of texts, which follow `members`.
    public var lists: [(name: String, values: [String])] = []
    /// Further members that are numbers, which come last.
    public var numbers: [(name: String, value: Double)] = []

    /// Takes the standard phrase of the status if no `title` is given.
    public init(
        _ status: Int, title: String? = nil, detail: String? = nil, type: String = "about:blank",
        members: [(name: String, value: String)] = []
    ) {
        self.type = type
        self.title = title ?? Self.phrase(status)
        self.status = status
        self.detail = detail
        self.members = members.map { member in
            Self.namingMembers.contains(member.name) ? (member.name, Self.shown(member.value)) : member
        }
    }

    /// The members whose value may be a name written by a client.
    private static let namingMembers = ["parameter", "member"]

    /// The name, if it looks like one. A client may have sent a secret in its place, which is not repeated.
    private static func shown(_ name: String) -> String {
        let isShort = name.utf8.count <= 15 && name.utf8.allSatisfy(HostName.allows)
        let isWord =
            name.utf8.count <= 32 && name.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x5F }
        return isShort || isWord ? name : "(not shown)"
    }

    /// The document in UTF-8, without a line end.
    public var json: [UInt8] {
        var bytes: [UInt8] = Array("{\"type\":".utf8)
        Self.append(type, to: &bytes)
        bytes += ",\"title\":".utf8
        Self.append(title, to: &bytes)
        bytes += ",\"status\":\(status)".utf8
        let standard = ["type", "title", "status", "detail", "instance"]
        let further = (detail.map { [("detail", $0)] } ?? []) + members.filter { !standard.contains($0.name) }
        for (name, value) in further {
            bytes.append(UInt8(ascii: ","))
            Self.append(name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            Self.append(value, to: &bytes)
        }
        for (name, values) in lists where !standard.contains(name) {
            bytes.append(UInt8(ascii: ","))
            Self.append(name, to: &bytes)
            bytes += ":[".utf8
            for (place, value) in values.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
        for (name, value) in numbers where value.isFinite && !standard.contains(name) {
            bytes.append(UInt8(ascii: ","))
            Self.append(name, to: &bytes)
            bytes += ":\(Int64(exactly: value).map(String.init) ?? String(value))".utf8
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let hex = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case ..<0x20, 0x7F: bytes += "\\u00".utf8 + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The phrase of RFC 9110 for a status of this server.
    private static func phrase(_ status: Int) -> String {
        let phrases = [
            400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
            406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 411: "Length Required",
            413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type", 421: "Misdirected Request",
            422: "Unprocessable Content", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
            500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
            504: "Gateway Timeout",
        ]
        return phrases[status] ?? "Error"
    }
}
