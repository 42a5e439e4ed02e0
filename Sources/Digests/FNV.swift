/// The 64-bit hashes by Fowler, Noll and Vo. FNV-1 and FNV-1a differ in the order of their two steps.
public enum FNV {
    private static let offset: UInt64 = 0xcbf2_9ce4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01b3

    /// FNV-1: multiplies, then mixes the byte in.
    public static func hash1(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(offset) { ($0 &* prime) ^ UInt64($1) }
    }

    /// FNV-1a: mixes the byte in, then multiplies.
    public static func hash1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(offset) { ($0 ^ UInt64($1)) &* prime }
    }
}
