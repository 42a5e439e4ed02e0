/// One element of an answer, while its bytes are still in the connection's buffer.
public struct ReplyElement: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case string, status, error, null
        case integer(Int64)
        case array(count: Int)
    }

    public let kind: Kind
    /// The position in the enclosing array; 0 at the top.
    public let index: Int
    /// The number of enclosing arrays; 0 for the answer itself.
    public let depth: Int
    /// The position of the enclosing array in its own enclosing array; 0 if there is none.
    public let parentIndex: Int
}
