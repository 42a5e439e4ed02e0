/// The labels of one sample, rendered and escaped once: `node_id="node-1",state="owned"`, without the braces.
public struct LabelSet: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    let rendered: [UInt8]

    /// Keeps the order given. Names are literals of the code; values may hold anything.
    public init(_ labels: [(String, String)]) {
        var bytes: [UInt8] = []
        for (index, (name, value)) in labels.enumerated() {
            assert(Self.isName(name), "not a label name: \(name)")
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: name.utf8)
            bytes.append(contentsOf: "=\"".utf8)
            bytes.appendEscaped(value, quotes: true)
            bytes.append(UInt8(ascii: "\""))
        }
        rendered = bytes
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }

    /// True if both formats accept the name: `[a-zA-Z_][a-zA-Z0-9_]*`.
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
