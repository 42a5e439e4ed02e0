/// The result of one attempt to read or write on a ``Wire``. It holds no reference, so that the reading path needs no
/// reference counting; the wire gives the words for a failure.
public enum Transfer: Sendable {
    case bytes(Int)
    /// Nothing went through; retry once bytes have arrived.
    case wantsRead
    /// Nothing went through; retry once bytes can be sent.
    case wantsWrite
    /// The other side has closed.
    case ended
    /// The `errno`, or 0 if the wire has a reason of its own.
    case failed(Int32)
}
