import Sessions

/// The ids and refs of sessions. The simulation knows sessions by number.
struct SessionNames {
    /// The last bits of a ref, which hold its session's number. The others are spread like a digest's.
    private static let numberBits: UInt64 = 0xFFFF

    private var ids: [SessionID] = []

    static func ref(of session: Int) -> SessionRef {
        SessionRef((UInt64(session) &* 0x9E37_79B9_7F4A_7C15) & ~numberBits | UInt64(session))
    }

    static func number(of ref: SessionRef) -> Int { Int(ref.value & numberBits) }

    mutating func id(of session: Int) -> SessionID {
        while ids.count <= session {
            let text = Array("session-\(ids.count)".utf8)
            guard let id = try? SessionID(text.span, maxLength: 64) else { preconditionFailure("no session id") }
            ids.append(id)
        }
        return ids[session]
    }
}
