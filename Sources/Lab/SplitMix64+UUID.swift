import Digests

extension SplitMix64 {
    /// A random UUID (version 4), lower case with dashes.
    public mutating func uuid() -> String {
        let high = next() & ~0xF000 | 0x4000
        let low = next() & ~(3 << 62) | 2 << 62
        let digits = [high, low].map { number in
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined()
        var uuid = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { uuid.append("-") }
            uuid.append(digit)
        }
        return uuid
    }
}
