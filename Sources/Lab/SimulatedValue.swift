import Digests

/// A value in the native dialect: a JSON string, or a hash with the same fields.
struct SimulatedValue {
    typealias Field = (name: String, content: Content)

    enum Content {
        case text(String)
        case integer(Int)
        /// Seconds since the epoch, written with milliseconds.
        case seconds(Double)
        case client(Client)
    }

    /// The name and version that a client gives in its `initialize` request.
    struct Client {
        var name: String
        var version: String

        private static let known = [
            Client(name: "claude-code", version: "2.1.0"), Client(name: "cursor", version: "1.9.3"),
            Client(name: "inspector", version: "0.17.2"), Client(name: "vscode", version: "1.106.0"),
            Client(name: "mcp-remote", version: "0.1.31"),
        ]

        static func random(using generator: inout SplitMix64) -> Client {
            known[Int.random(in: known.indices, using: &generator)]
        }
    }

    private let fields: [Field]

    init(_ fields: [Field]) {
        self.fields = fields
    }

    /// The commands that write this value to `key`, with a time to live.
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

    /// The JSON text, such as
    /// `{"node":"node-2","boot":"b7","created_at":1787307302.125,"client":{"name":"inspector","version":"0.4"}}`.
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
