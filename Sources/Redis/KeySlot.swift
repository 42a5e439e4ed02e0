/// The slot of a key in a Redis Cluster: CRC16 (XMODEM) of the key, or of its hash tag, modulo 16384. The rules are
/// those of the Redis Cluster specification, "Key distribution model" and "Hash tags".
public enum KeySlot {
    /// The number of slots, numbered from 0.
    public static let count = 16_384

    public static func of(_ key: Span<UInt8>) -> Int {
        let hashed = hashedRange(of: key)
        var crc: UInt16 = 0
        let table = table.span
        for index in hashed { crc = crc << 8 ^ table[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ key[index])] }
        return Int(crc) & (count - 1)
    }

    public static func of(_ key: String) -> Int {
        var key = key
        return key.withUTF8 { bytes in unsafe of(bytes.span) }
    }

    /// The range between the first `{` and the first `}` after it, unless that is empty; otherwise the whole key.
    private static func hashedRange(of key: Span<UInt8>) -> Range<Int> {
        guard let open = key.indices.first(where: { key[$0] == UInt8(ascii: "{") }) else { return key.indices }
        let tag = open + 1
        guard let close = (tag..<key.count).first(where: { key[$0] == UInt8(ascii: "}") }), close > tag else {
            return key.indices
        }
        return tag..<close
    }

    /// The CRC of each byte: polynomial 0x1021, highest bit first, nothing reflected.
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { crc, _ in crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
    }
}
