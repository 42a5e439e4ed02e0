/// The meaning of a text about a session.
struct Sense: Sendable {
    var kind: LogEvent.Kind
    /// True if the event counts without a session id.
    var needsNoID = false
    /// The length to which the logger cuts ids; nil if it does not.
    var idCut: Int?
    /// The ranges of the session's id, the owner and the node, from the beginning of the text. Unlike pieces of text,
    /// ranges can be kept without it.
    var id: Range<Int>?
    var owner: Range<Int>?
    var node: Range<Int>?
}
