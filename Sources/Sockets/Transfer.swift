/// What came of one try to read or write on a ``Wire``. It holds no reference, so that the reading path counts none; the
/// words for a failure are asked of the wire.
public enum Transfer: Sendable {
    case bytes(Int)
    /// Nothing went through until bytes come in.
    case wantsRead
    /// Nothing went through until bytes can go out.
    case wantsWrite
    /// The other side has closed.
    case ended
    /// The `errno`, or 0 where the wire has a reason of its own.
    case failed(Int32)
}
