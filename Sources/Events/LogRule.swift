/// A user's rule for a log format: the lines that it matches, and the positions of an event's parts in them. It works
/// on JSON lines and on text lines with `key=value` fields, and is tried before the built-in phrases.
public struct LogRule: Sendable, Equatable {
    /// The text that the message must contain, in any case; `*` stands for anything.
    public var match: String
    /// The field that is compared with ``match``; nil for the message.
    public var matchField: String?
    public var kind: LogEvent.Kind
    /// The dotted paths of the parts, as written in the line (`fields.session_id`); nil for the built-in names.
    public var session: String?
    public var node: String?
    public var owner: String?
    public var boot: String?
    public var time: String?
    public var cookie: String?

    public init(
        match: String, matchField: String? = nil, kind: LogEvent.Kind, session: String? = nil, node: String? = nil,
        owner: String? = nil, boot: String? = nil, time: String? = nil, cookie: String? = nil
    ) {
        self.match = match
        self.matchField = matchField
        self.kind = kind
        self.session = session
        self.node = node
        self.owner = owner
        self.boot = boot
        self.time = time
        self.cookie = cookie
    }
}

extension LogRule {
    func fits(_ record: LineRecord) -> Bool {
        let text: ArraySlice<UInt8>
        if let matchField {
            guard let field = record.fields.first(where: { $0.path.elementsEqual(matchField.utf8) }) else {
                return false
            }
            text = field.text ?? []
        } else {
            text = record.head.format.isJSON ? FieldRoles(record.fields).text(.message) ?? [] : record.message
        }
        var rest = Self.lowered(text)[...]
        for piece in match.split(separator: "*") {
            guard let range = rest.range(of: String(decoding: Self.lowered(Array(piece.utf8)[...]), as: UTF8.self))
            else {
                return false
            }
            rest = rest[range.upperBound...]
        }
        return true
    }

    private static func lowered(_ text: ArraySlice<UInt8>) -> [UInt8] {
        text.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
    }
}
