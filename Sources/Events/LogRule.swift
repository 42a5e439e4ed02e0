import Sessions

/// A format of one's own: which lines it means, and where in them the parts of an event stand. For JSON lines and for
/// text lines with `key=value` fields; tried before the built-in texts.
public struct LogRule: Sendable, Equatable {
    /// A text that the message must contain, without regard to case; `*` stands for anything.
    public var match: String
    /// The field that ``match`` is compared with; nil is the message.
    public var matchField: String?
    public var kind: LogEvent.Kind
    /// Dotted paths as the line writes them (`fields.session_id`); nil leaves a part to the built-in names.
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

extension RecordReader {
    /// The event that a rule makes of a line it fits.
    mutating func event(
        of rule: LogRule, _ record: LineRecord, _ fields: some RoleFields
    ) throws(LineFault) -> LogEvent {
        func text(_ path: String?, _ role: FieldRole) -> ArraySlice<UInt8>? {
            guard let path else { return fields.text(role).map { Array($0)[...] } }
            return record.fields.first { $0.path.elementsEqual(path.utf8) }?.text?.trimmed
        }
        var session = LogSession.none
        if let written = text(rule.session, .session)?.peeled {
            session = try LogSession(written: written, maxLength: maxIDLength)
        } else if rule.kind != .registryError && rule.kind != .ownerDead && rule.kind != .modern {
            throw .parseError
        }
        let node = text(rule.node, .node)?.peeled.name
        var owner = LogOwner(
            node: text(rule.owner, .owner)?.peeled.name, boot: text(rule.boot, .ownerBoot)?.peeled.name)
        if owner.name == nil, rule.kind == .created || rule.kind == .closed { owner.node = node }
        var time: UnixTime?
        if let text = text(rule.time, .time) {
            time = try stamps.read(text, isNumber: text.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") })
        }
        return LogEvent(
            kind: rule.kind, session: session, node: node, owner: owner.name == nil ? nil : owner,
            time: time ?? record.head.time ?? record.head.wrapperTime,
            cookie: text(rule.cookie, .cookie).map { sighting(CookieHeader(name: cookie).find(inField: $0)) }
                ?? .notLogged, client: fields.text(.client)?.name)
    }
}
