/// One session as it was read from Redis.
public struct ObservedSession: Sendable {
    public var id: SessionID
    public var ref: SessionRef
    /// Position of its dialect in the key space.
    public var dialect: Int
    public var isAdoptable: Bool
    public var value: Result<SessionValue, Malformation>
    /// Nil where the key never expires.
    public var expiresAt: UnixTime?

    public init(
        id: SessionID, ref: SessionRef, dialect: Int, isAdoptable: Bool, value: Result<SessionValue, Malformation>,
        expiresAt: UnixTime?
    ) {
        self.id = id
        self.ref = ref
        self.dialect = dialect
        self.isAdoptable = isAdoptable
        self.value = value
        self.expiresAt = expiresAt
    }
}

/// What a complete reading found besides the sessions themselves.
public struct ReadingTotals: Sendable, Equatable {
    public var sessionKeys = 0
    public var nodeKeys = 0
    public var skipped: [SkippedKey: Int] = [:]

    public init() {}
}

/// Why a key under the session prefix is no session: the `reason` label of `mcp_registry_skipped_keys`.
public enum SkippedKey: String, Sendable, CaseIterable {
    case suffix, type
    case idLength = "id_length"
    case idCharset = "id_charset"
}

/// A reading changes nothing until it is complete: sessions that are as they were are only marked as seen, and what
/// differs waits here. Only before there is any picture are they taken in at once.
struct ReadingInProgress: Sendable {
    var staged: [(entry: SessionEntry, id: SessionID)] = []
    var applied = 0
    var sweptShelves = 0
}

extension Registry {
    /// Sessions or shelves dealt with in one step of ``finishReading(_:nodeKeys:at:)``: it bounds how long a scrape can wait.
    static let stepSessions = 2048
    static let stepShelves = 64

    public mutating func beginReading() {
        readingNumber &+= 1
        if readingNumber == 0 {
            // The numbers begin anew, so no session may carry an old one.
            table.updateEach { $0.seenBy = 0 }
            readingNumber = 1
        }
        reading = ReadingInProgress()
    }

    /// Takes in what was read, a batch at a time; a session that is read twice counts once.
    public mutating func stage(_ batch: [ObservedSession], at now: UnixTime) {
        precondition(reading != nil, "no reading was begun")
        for session in batch {
            let entry = entry(for: session, at: now)
            let place = table.place(of: session.id, ref: session.ref)
            if place.isTaken {
                let position = place.position
                // Read twice, it may be back at what it was while the change between waits: the later reading counts.
                let isRepeated = table[position].seenBy == readingNumber
                table[position].seenBy = readingNumber
                if !isRepeated, table[position].says(sameAs: entry) { continue }
            }
            if picture.asOf == nil {
                put(entry, id: session.id, in: place, isNews: false)
            } else {
                reading?.staged.append((entry, session.id))
            }
        }
    }

    /// Makes a complete reading the picture, one bounded step a call; true when it is done. Heartbeats must have been read
    /// after the sessions (``take(_:at:)``), so that a session of a boot newer than the last look is not misjudged.
    public mutating func finishReading(_ totals: ReadingTotals, nodeKeys: Int, at now: UnixTime) -> Bool {
        guard var reading else { preconditionFailure("no reading was begun") }
        let isAfterGap = picture.gap != nil
        let since = picture.asOf
        let end = min(reading.applied + Self.stepSessions, reading.staged.count)
        for staged in reading.staged[reading.applied..<end] {
            let place = table.place(of: staged.id, ref: staged.entry.ref)
            put(
                staged.entry, id: staged.id, in: place,
                isNews: isNews(staged.entry, isAfterGap: isAfterGap, since: since)
            )
        }
        reading.applied = end
        if end == reading.staged.count, reading.sweptShelves < SessionTable.shelfCount {
            let shelves = min(reading.sweptShelves + Self.stepShelves, SessionTable.shelfCount)
            for shelf in reading.sweptShelves..<shelves {
                dropUnseen(shelf: shelf, at: now, isAfterGap: isAfterGap)
            }
            reading.sweptShelves = shelves
        }
        guard end == reading.staged.count, reading.sweptShelves == SessionTable.shelfCount else {
            self.reading = reading
            return false
        }
        self.reading = nil
        lastReading = totals
        lastReading.sessionKeys = table.count
        lastReading.nodeKeys = nodeKeys
        picture.asOf = now
        picture.gap = nil
        return true
    }

    /// Notes that Redis could not be asked: the picture is not whole until the next complete reading.
    public mutating func noteUnreadable() {
        if picture.asOf != nil { picture.gap = picture.gap ?? .connectionLost }
    }

    /// Gives a reading up: the last complete picture stays, and says that it is not whole.
    public mutating func abandonReading(_ gap: PictureState.Gap) {
        reading = nil
        if picture.asOf != nil { picture.gap = gap }
    }

    /// Whether a session that is new to us was created just now: not by the first reading, and after a gap only if its own
    /// time says so.
    private func isNews(_ entry: SessionEntry, isAfterGap: Bool, since: UnixTime?) -> Bool {
        guard let since else { return false }
        return !isAfterGap || (entry.created != 0 && Int64(entry.created) * 1000 >= since.milliseconds)
    }

    private mutating func entry(for session: ObservedSession, at now: UnixTime) -> SessionEntry {
        var entry = SessionEntry(ref: session.ref)
        entry.dialect = UInt8(clamping: session.dialect)
        entry.seenBy = readingNumber
        // Rounded up: a session must not look expired before it is.
        entry.expires = session.expiresAt.map { UInt32(clamping: ($0.milliseconds + 999) / 1000) } ?? 0
        switch session.value {
        case .failure(let malformation):
            entry.malformation = malformation
        case .success(let value):
            entry.created = value.createdAt.map { UInt32(clamping: $0.milliseconds / 1000) } ?? 0
            entry.lastSeen = value.lastSeen.map { UInt32(clamping: $0.milliseconds / 1000) } ?? 0
            entry.client = client(value.client)
            if let name = value.owner { entry.owner = owner(name, isAdoptable: session.isAdoptable, at: now) }
        }
        return entry
    }

    /// Puts a session in its place, or in the place of what was known of it.
    private mutating func put(
        _ entry: SessionEntry, id: SessionID, in place: (position: SessionTable.Position, isTaken: Bool), isNews: Bool
    ) {
        let position = place.position
        guard place.isTaken else {
            table.insert(entry, id: id, at: position)
            count(entry, by: 1)
            if isNews, entry.owner != 0 { nodes[owners[Int(entry.owner)].node].created += 1 }
            if isNews, entry.owner == 0 { createdUnowned += 1 }
            return
        }
        let old = table[position]
        count(old, by: -1)
        if old.owner != entry.owner, old.malformation == nil, entry.malformation == nil { ownerChanges += 1 }
        var new = entry
        (new.idHigh, new.idLow, new.form) = (old.idHigh, old.idLow, old.form)
        table[position] = new
        count(new, by: 1)
    }

    private mutating func dropUnseen(shelf: Int, at now: UnixTime, isAfterGap: Bool) {
        var gone: [SessionEntry] = []
        table.sweep(shelf: shelf, keep: { $0.seenBy == readingNumber }, removed: { gone.append($0) })
        for entry in gone {
            count(entry, by: -1)
            let isExpired = entry.expires != 0 && Int64(entry.expires) * 1000 <= now.milliseconds + 1000
            // After a gap only its own deadline can tell how it ended.
            guard isExpired || !isAfterGap else { continue }
            let ending: Ending = isExpired ? .expired : .closed
            if entry.owner == 0 {
                endedUnowned[ending, default: 0] += 1
            } else {
                nodes[owners[Int(entry.owner)].node].ended[ending, default: 0] += 1
            }
        }
    }

    private mutating func count(_ entry: SessionEntry, by one: Int) {
        if entry.expires == 0 { sessionsWithoutExpiry += one }
        if let malformation = entry.malformation {
            malformedSessions[malformation, default: 0] += one
            return
        }
        let owner = Int(entry.owner)
        owners[owner].sessions += one
        if let cutoff = owners[owner].cutoff, entry.created != 0, entry.created < cutoff {
            owners[owner].sessionsBeforeCutoff += one
        }
    }
}
