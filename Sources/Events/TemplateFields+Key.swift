extension TemplateFields {
    /// The key of the line's pattern: the number of the template, and the length and value of each key role.
    var key: [UInt8] {
        var key: [UInt8] = []
        func append(_ number: Int) {
            for shift in [0, 8, 16, 24] { key.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        append(Int(unsafe template.number))
        for role in unsafe template.keyRoles {
            append(text(at: role).count)
            key += text(at: role)
        }
        return key
    }

    /// A hash of the key. It uses only the length, beginning and end of each value.
    var keyHash: TextHash {
        var hash = TextHash()
        let roles = unsafe template.keyRoles
        hash.mix(UInt64(unsafe template.number))
        for role in roles {
            let (first, last) = text(at: role).ends
            hash.mix(first)
            hash.mix(last)
        }
        return hash
    }

    /// True if `key` is the key of this line.
    func hasKey(_ key: UnsafeRawBufferPointer) -> Bool {
        guard unsafe key.loadUnaligned(as: UInt32.self) == template.number else { return false }
        var at = 4
        let roles = unsafe template.keyRoles
        for role in roles {
            let value = text(at: role)
            guard at + 4 + value.count <= key.count,
                unsafe Int(key.loadUnaligned(fromByteOffset: at, as: UInt32.self)) == value.count,
                unsafe value.holds(key, at + 4, value.count, at: value.startIndex)
            else { return false }
            at += 4 + value.count
        }
        return at == key.count
    }
}
