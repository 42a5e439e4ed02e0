/// The meaning of a text about a session.
struct Sense: Sendable {
    var kind: LogEvent.Kind
    /// Whether the event counts without a session id.
    var needsNoID = false
    /// The number of characters to which the logger cuts ids; nil if it does not.
    var idCut: Int?
    /// The places of the session's id, the owner and the node, from the beginning of the text. Places can be kept
    /// without the text.
    var id: Range<Int>?
    var owner: Range<Int>?
    var node: Range<Int>?
}
