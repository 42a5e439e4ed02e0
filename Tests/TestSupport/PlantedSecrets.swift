/// Secrets that a test has planted, and the search for them in what a program puts out: as they are, in part, and in the
/// forms that programs write them in. What is found is named, never shown: a test's output is an output too.
public struct PlantedSecrets: Sendable {
    private struct Form: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    /// From so many bytes on, a secret's first and last twelve are looked for too.
    private static let partedBytes = 20
    private static let partBytes = 12

    private let forms: [Form]

    /// The names say what is found: `["an id": "7c9e6679-..."]`.
    public init(_ secrets: KeyValuePairs<String, String>) {
        forms = secrets.flatMap { name, secret in Self.forms(name, Array(secret.utf8)) }
    }

    /// What of the secrets stands in those bytes, as `an id in base64`; each once.
    public func found(in bytes: [UInt8]) -> [String] {
        var found: [String] = []
        for form in forms where !found.contains(form.name) && bytes.firstRange(of: form.bytes) != nil {
            found.append(form.name)
        }
        return found
    }

    public func found(in text: String) -> [String] { found(in: Array(text.utf8)) }

    private static func forms(_ name: String, _ secret: [UInt8]) -> [Form] {
        var forms = [Form(name: name, bytes: secret)]
        if secret.count >= partedBytes {
            forms.append(Form(name: "\(name) (its beginning)", bytes: Array(secret.prefix(partBytes))))
            forms.append(Form(name: "\(name) (its end)", bytes: Array(secret.suffix(partBytes))))
        }
        forms.append(Form(name: "\(name) in lower case", bytes: secret.map { isUpper($0) ? $0 | 0x20 : $0 }))
        for digits in ["0123456789ABCDEF", "0123456789abcdef"].map({ Array($0.utf8) }) {
            func hex(_ byte: UInt8) -> [UInt8] { [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            let escaped = secret.flatMap { isUnreserved($0) ? [$0] : [UInt8(ascii: "%")] + hex($0) }
            forms.append(Form(name: "\(name) percent-encoded", bytes: escaped))
            forms.append(Form(name: "\(name) in hex", bytes: secret.flatMap(hex)))
        }
        let slash = UInt8(ascii: "\\")
        let quoted = secret.flatMap { [slash, UInt8(ascii: "\"")].contains($0) ? [slash, $0] : [$0] }
        forms.append(Form(name: "\(name) escaped for JSON", bytes: quoted))
        // As the string of a string: in a log line that quotes a log line.
        let twice = quoted.flatMap { [slash, UInt8(ascii: "\"")].contains($0) ? [slash, $0] : [$0] }
        forms.append(Form(name: "\(name) escaped for JSON twice", bytes: twice))
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        for (last, shift) in ["+/", "-_"].flatMap({ last in (0...2).map { (last, $0) } }) {
            let code = base64(secret, shift: shift, alphabet: Array((alphabet + last).utf8))
            forms.append(Form(name: "\(name) in base64", bytes: code))
        }
        return forms
    }

    /// The digits that depend on nothing but the secret, where it begins after `shift` bytes of a group of three.
    private static func base64(_ secret: [UInt8], shift: Int, alphabet: [UInt8]) -> [UInt8] {
        let bits = [UInt8](repeating: 0, count: shift) + secret
        var digits: [UInt8] = []
        for start in stride(from: 0, to: bits.count - bits.count % 3, by: 3) {
            let group = UInt32(bits[start]) << 16 | UInt32(bits[start + 1]) << 8 | UInt32(bits[start + 2])
            for position in [18, 12, 6, 0] { digits.append(alphabet[Int(group >> UInt32(position) & 63)]) }
        }
        return Array(digits.dropFirst(shift == 0 ? 0 : 4))
    }

    private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~".utf8.contains(byte)
        }
    }
}
