/// The part of a text line after its head: words, `key=value` fields, span fields in braces, and objects.
///
/// `mcp_request{session_id=7c9e... node="node-b"}: mcp_node::session: not on this node owner=Some("node-a")`
struct TextBody {
    private let text: ArraySlice<UInt8>
    private var at: Int
    private var found = FieldCollector()
    private var words: [UInt8] = []
    private var openSpans = 0
    /// The number of braces that are still tried as the beginning of an object, which limits the work for a line full
    /// of braces.
    private var triesLeft = 16
    private(set) var isBroken = false

    var fields: [LogField] { found.fields }
    /// The text without its fields.
    var message: ArraySlice<UInt8> { words[...] }

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        at = text.startIndex
        var isBoundary = true
        while at < text.endIndex {
            let byte = text[at]
            if isBoundary, field() { continue }
            // A brace inside a word (`!a*b[c]{d}`) belongs to the word; after a name it opens a span.
            if byte == UInt8(ascii: "{"), isBoundary && object() || opensSpan(isBoundary) {
                words.append(0x20)
                isBoundary = true
                continue
            }
            let closesSpan = byte == UInt8(ascii: "}") && openSpans > 0
            if closesSpan { openSpans -= 1 }
            words.append(closesSpan ? 0x20 : byte)
            isBoundary = byte.isSpace || Self.opens(byte)
            at += 1
        }
    }

    private static func isKey(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "@")
    }

    /// True if a field may begin after this byte.
    private static func opens(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: ";"),
            UInt8(ascii: "|"):
            true
        default: false
        }
    }

    /// Takes a field if one begins at the current position.
    private mutating func field() -> Bool {
        guard text[at].isLetter || text[at] == UInt8(ascii: "_") || text[at] == UInt8(ascii: "@") else { return false }
        var end = at
        while end < text.endIndex, Self.isKey(text[end]) { end += 1 }
        guard end < text.endIndex else { return false }
        let name = text[at..<end]
        if text[end] == UInt8(ascii: "=") {
            at = end + 1
        } else if text[end] == UInt8(ascii: ":"), end + 1 < text.endIndex, text[end + 1] == 0x20, isAnnounced(name) {
            at = end + 2
        } else {
            return false
        }
        value(of: name)
        // The texts before and after the field are not one word.
        words.append(0x20)
        return true
    }

    /// True if a colon after the name announces a value, as in `session_id: 7c9e`. The name must have several parts, or
    /// be in a list as `tracing` prints it (`..., node: "node-b"`), since `session: ` may be part of a sentence.
    private func isAnnounced(_ name: ArraySlice<UInt8>) -> Bool {
        let key = name.squeezed
        if Self.announcements.contains(key) { return true }
        let isListed = at >= text.startIndex + 2 && text[at - 2] == UInt8(ascii: ",")
        return isListed && FieldClaim.of(key, in: "", depth: 0) != nil
    }

    private static let announcements: Set<String> = [
        "sessionid", "mcpsessionid", "nodeid", "nodename", "ownernode", "ownerid", "ownerboot", "bootid", "podname",
        "instanceid", "workerid",
    ]

    private mutating func value(of name: ArraySlice<UInt8>) {
        guard at < text.endIndex else {
            found.add(name, .string([]))
            return
        }
        switch text[at] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            if let value = quoted(text[at]) {
                found.add(name, .string(value[...]))
            } else if text[at] == UInt8(ascii: "\"") {
                isBroken = true
                at = text.endIndex
            } else {
                found.add(name, .string(bare()))
            }
        case UInt8(ascii: "{"):
            let rest = text[at...]
            var inner = found
            inner.enterObject(name)
            if let end = Self.object(in: rest, into: &inner) {
                inner.leaveObject()
                found = inner
                at = end
            } else {
                found.add(name, .string(bare()))
            }
        default:
            found.add(name, .string(bare()))
        }
    }

    /// Takes text between equal quotes, and undoes `\"` and `\\`; nil if the closing quote is missing.
    private mutating func quoted(_ quote: UInt8) -> [UInt8]? {
        var out: [UInt8] = []
        var next = at + 1
        while next < text.endIndex, text[next] != quote {
            if text[next] == UInt8(ascii: "\\"), next + 1 < text.endIndex,
                text[next + 1] == quote || text[next + 1] == UInt8(ascii: "\\")
            {
                next += 1
            }
            out.append(text[next])
            next += 1
        }
        guard next < text.endIndex else { return nil }
        at = next + 1
        return out
    }

    /// Takes text up to the next space, or to the brace that ends a span.
    private mutating func bare() -> ArraySlice<UInt8> {
        let start = at
        while at < text.endIndex, !text[at].isSpace {
            if openSpans > 0, text[at] == UInt8(ascii: "}"),
                at + 1 == text.endIndex || text[at + 1] == UInt8(ascii: ":") || text[at + 1].isSpace
            {
                break
            }
            at += 1
        }
        var value = text[start..<at]
        while let last = value.last, last == UInt8(ascii: ",") || last == UInt8(ascii: ";") { value = value.dropLast() }
        return value
    }

    /// Steps into a span at `{`, if its first field follows.
    private mutating func opensSpan(_ isBoundary: Bool) -> Bool {
        guard isBoundary || Self.isKey(text[at - 1]) else { return false }
        let inside = text[(at + 1)...].drop(while: \.isSpace)
        let name = inside.prefix(while: Self.isKey)
        guard !name.isEmpty, name.endIndex < text.endIndex, text[name.endIndex] == UInt8(ascii: "=") else {
            return false
        }
        openSpans += 1
        at += 1
        return true
    }

    /// Takes the fields of a complete object at `{`.
    private mutating func object() -> Bool {
        guard triesLeft > 0 else { return false }
        triesLeft -= 1
        guard let end = Self.object(in: text[at...], into: &found) else { return false }
        at = end
        return true
    }

    private static func object(in text: ArraySlice<UInt8>, into found: inout FieldCollector) -> Int? {
        var json = found
        if let end = try? JSONWalk.object(text, into: &json) {
            found = json
            return end
        }
        return InspectWalk.object(text, into: &found)
    }
}
