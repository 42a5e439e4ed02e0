import Digests

extension SplitMix64 {
    /// Makes a random UUID (version 4), in lower case with dashes.
    public mutating func uuid() -> String {
        let high = next() & ~0xF000 | 0x4000
        let low = next() & ~(3 << 62) | 2 << 62
        var uuid = ""
        for (index, digit) in (Hex.text(high) + Hex.text(low)).enumerated() {
            if [8, 12, 16, 20].contains(index) { uuid.append("-") }
            uuid.append(digit)
        }
        return uuid
    }
}
