extension RedisConnection {
    /// What came of one try to read or write on a transport that never blocks. It holds no reference, so that the
    /// reading path counts none; the words for a failure are asked of the transport.
    enum Transfer {
        case bytes(Int)
        /// Nothing went through until bytes come in.
        case wantsRead
        /// Nothing went through until bytes can go out.
        case wantsWrite
        /// The other side has closed.
        case ended
        /// The `errno`, or 0 where the transport has a reason of its own.
        case failed(Int32)
    }
}
