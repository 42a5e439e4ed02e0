import Redis
import Sessions

/// One full scan of one server, one pipeline a step.
///
/// `SCAN` finds names, and the next step asks for their records together with more names. Unless the scan is paced, the
/// answers to one pipeline are read while Redis works on the next one.
struct FullScan {
    private let pacer: Pacer
    private(set) var sorter: KeySorter
    /// The cursor of the next `SCAN`; nil when all names are known.
    private var cursor: [UInt8]? = [UInt8(ascii: "0")]
    /// Names whose records have not been asked for yet.
    private var keys = SessionKeys()
    private var inFlight: SessionReader.Request?
    private var sentSeconds = 0.0
    private(set) var steps = 0

    init(keySpace: KeySpace, maxIDLength: Int, pacer: Pacer) {
        self.pacer = pacer
        sorter = KeySorter(keySpace: keySpace, maxIDLength: maxIDLength)
    }

    /// True once everything has been asked for and answered.
    func isDone(over reader: borrowing SessionReader) -> Bool {
        cursor == nil && keys.isEmpty && inFlight == nil && reader.waitingHashes.isEmpty
    }

    /// The part of the server that has been scanned, 0 to 1. `SCAN` walks its table in the order of the bit-reversed cursor.
    var progress: Double {
        guard let cursor else { return 1 }
        guard let number = UInt64(String(decoding: cursor, as: UTF8.self)) else { return 0 }
        let bits = (0..<64).reduce(UInt64(0)) { bits, place in bits << 1 | (number >> UInt64(place)) & 1 }
        return Double(bits) / 0x1p64
    }

    /// Does one round trip, which also reads the keys that changed.
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

    /// Reads and drops the answers that are under way, so that the connection can be used without this scan.
    mutating func drain(over reader: inout SessionReader) throws(RedisError) {
        if let request = inFlight {
            if request.scan != nil { _ = try reader.receiveScan(&sorter, into: &keys) }
            _ = try reader.receiveSessions(request)
        }
        _ = reader.takeWaitingHashes()
        (inFlight, cursor, keys) = (nil, nil, SessionKeys())
    }

    /// Sends the next request; nil when nothing is left to ask for.
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
