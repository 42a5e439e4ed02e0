import Redis
import Sessions

/// One full reading of what one server holds, a pipeline a step.
///
/// `SCAN` finds the names, and the next step asks for their records together with the next names. While Redis works on one
/// pipeline the answers to the one before are read, unless the reading is paced.
struct FullScan {
    private let pacer: Pacer
    private(set) var sorter: KeySorter
    /// Where to scan on; nil when all names are known.
    private var cursor: [UInt8]? = [UInt8(ascii: "0")]
    /// Names whose records are not asked for yet.
    private var keys = SessionKeys()
    private var inFlight: SessionReader.Request?
    private var sentSeconds = 0.0
    private(set) var steps = 0

    init(keySpace: KeySpace, maxIDLength: Int, pacer: Pacer) {
        self.pacer = pacer
        sorter = KeySorter(keySpace: keySpace, maxIDLength: maxIDLength)
    }

    /// Everything has been asked for and answered.
    func isDone(over reader: borrowing SessionReader) -> Bool {
        cursor == nil && keys.isEmpty && inFlight == nil && reader.waitingHashes.isEmpty
    }

    /// How much of the server has been scanned, 0 to 1. SCAN walks its table in the order of the reversed cursor.
    var progress: Double {
        guard let cursor else { return 1 }
        guard let number = UInt64(String(decoding: cursor, as: UTF8.self)) else { return 0 }
        let bits = (0..<64).reduce(UInt64(0)) { bits, place in bits << 1 | (number >> UInt64(place)) & 1 }
        return Double(bits) / 0x1p64
    }

    /// Does one round trip, which also asks for the keys that changed.
    mutating func step(
        changes: SessionKeys, over reader: inout SessionReader
    ) throws(RedisError) -> SessionReader.Found {
        steps += 1
        let isBehind = inFlight != nil
        if inFlight == nil { inFlight = try send(changes: changes, over: &reader) }
        guard let request = inFlight else { return SessionReader.Found() }
        inFlight = nil
        let started = sentSeconds
        if request.scan != nil { cursor = try reader.receiveScan(&sorter, into: &keys) }
        if !pacer.isPaced { inFlight = try send(changes: isBehind ? changes : SessionKeys(), over: &reader) }
        let found = try reader.receiveSessions(request)
        keys.append(found.again)
        for skipped in found.skipped { sorter.skip(skipped.key.span, skipped.reason) }
        pacer.note(seconds: monotonicSeconds() - started)
        return found
    }

    /// Takes the answers that are under way, and forgets them: the reading is given up, the connection goes on.
    mutating func drain(over reader: inout SessionReader) throws(RedisError) {
        if let request = inFlight {
            if request.scan != nil { _ = try reader.receiveScan(&sorter, into: &keys) }
            _ = try reader.receiveSessions(request)
        }
        _ = reader.takeWaitingHashes()
        (inFlight, cursor, keys) = (nil, nil, SessionKeys())
    }

    /// Asks for what is next; nil where that is nothing.
    private mutating func send(
        changes: SessionKeys, over reader: inout SessionReader
    ) throws(RedisError) -> SessionReader.Request? {
        var request = SessionReader.Request()
        if let cursor { request.scan = (cursor, pacer.scanCount) }
        swap(&request.keys, &keys)
        request.scanned = request.keys.count
        request.keys.append(changes)
        request.hashes = reader.takeWaitingHashes()
        guard !request.isEmpty else { return nil }
        try reader.send(request)
        sentSeconds = monotonicSeconds()
        return request
    }
}
