/// Yann Collet's 64-bit xxHash with seed 0, as `doc/xxhash_spec.md` of Cyan4973/xxHash describes it.
public enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    public static func hash(_ bytes: [UInt8]) -> UInt64 {
        var place = 0
        var hash = prime5
        if bytes.count >= 32 {
            var lanes = (prime1 &+ prime2, prime2, UInt64(0), 0 &- prime1)
            while place + 32 <= bytes.count {
                lanes.0 = round(lanes.0, word(bytes, place))
                lanes.1 = round(lanes.1, word(bytes, place + 8))
                lanes.2 = round(lanes.2, word(bytes, place + 16))
                lanes.3 = round(lanes.3, word(bytes, place + 24))
                place += 32
            }
            hash = rotated(lanes.0, 1) &+ rotated(lanes.1, 7) &+ rotated(lanes.2, 12) &+ rotated(lanes.3, 18)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
                hash = (hash ^ round(0, lane)) &* prime1 &+ prime4
            }
        }
        hash &+= UInt64(bytes.count)
        while place + 8 <= bytes.count {
            hash = rotated(hash ^ round(0, word(bytes, place)), 27) &* prime1 &+ prime4
            place += 8
        }
        if place + 4 <= bytes.count {
            hash = rotated(hash ^ (word(bytes, place, count: 4) &* prime1), 23) &* prime2 &+ prime3
            place += 4
        }
        for byte in bytes[place...] { hash = rotated(hash ^ (UInt64(byte) &* prime5), 11) &* prime1 }
        return avalanche(hash)
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotated(lane &+ input &* prime2, 31) &* prime1
    }

    private static func avalanche(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ (hash >> 33)) &* prime2
        hash = (hash ^ (hash >> 29)) &* prime3
        return hash ^ (hash >> 32)
    }

    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }

    /// The little-endian number at `place`.
    private static func word(_ bytes: [UInt8], _ place: Int, count: Int = 8) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64($1 * 8) }
    }
}
