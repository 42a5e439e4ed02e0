import Digests

/// A value as a server of the native dialect writes it: as a JSON string, or as a hash with the same fields.
struct SimulatedValue {
    typealias Field = (name: String, content: Content)

    enum Content {
        case text(String)
        case integer(Int)
        /// Seconds since the epoch; written with milliseconds.
        case seconds(Double)
        case client(ClientName)
    }

    private let fields: [Field]

    init(_ fields: [Field]) {
        self.fields = fields
    }

    /// The commands that make `key` hold exactly this value for so long.
    func commands(key: String, form: SimulatedNode.Form, lifetimeMilliseconds: Int) -> [[String]] {
        switch form {
        case .json: [["SET", key, json, "PX", String(lifetimeMilliseconds)]]
        case .hash:
            [
                ["HSET", key] + fields.flatMap { [$0.name, Self.plain($0.content)] },
                ["PEXPIRE", key, String(lifetimeMilliseconds)],
            ]
        }
    }

    /// `{"node":"node-2","boot":"b7","created_at":1787307302.125,"client":{"name":"inspector","version":"0.4"}}`
    var json: String {
        let members = fields.map { field in
            switch field.content {
            case .text(let text): "\(Self.quoted(field.name)):\(Self.quoted(text))"
            case .integer, .seconds: "\(Self.quoted(field.name)):\(Self.plain(field.content))"
            case .client(let client):
                "\(Self.quoted(field.name)):{\"name\":\(Self.quoted(client.name)),"
                    + "\"version\":\(Self.quoted(client.version))}"
            }
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func plain(_ content: Content) -> String {
        switch content {
        case .text(let text): text
        case .integer(let number): String(number)
        case .seconds(let seconds):
            {
                let milliseconds = Int((seconds * 1_000).rounded())
                let fraction = String(milliseconds % 1_000 + 1_000).dropFirst()
                return "\(milliseconds / 1_000).\(fraction)"
            }()
        case .client(let client): "\(client.name)/\(client.version)"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted.unicodeScalars.append(contentsOf: ["\\", scalar])
            case _ where scalar.value < 0x20:
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// What a client says of itself in its `initialize` request.
struct ClientName: Sendable, Equatable {
    var name: String
    var version: String

    private static let known = [
        ClientName(name: "claude-code", version: "2.1.0"), ClientName(name: "cursor", version: "1.9.3"),
        ClientName(name: "inspector", version: "0.17.2"), ClientName(name: "vscode", version: "1.106.0"),
        ClientName(name: "mcp-remote", version: "0.1.31"),
    ]

    static func random(using generator: inout SplitMix64) -> ClientName {
        known[Int.random(in: known.indices, using: &generator)]
    }
}
