/// Sessions that ended in the same way within a short time, and so for one cause.
public struct SharedEnd: Sendable, Equatable {
    public var ending: Ending
    /// The times at which the first and the last of them ended, in whole seconds.
    public var began: UnixTime
    public var last: UnixTime
    public var sessions = 0
    /// The number of them that have been registered again since.
    public var returned = 0

    /// The identity of a shared end while it grows.
    struct Key: Hashable {
        var ending: Ending
        var began: UnixTime
    }

    var key: Key { Key(ending: ending, began: began) }
}

/// The latest shared ends.
struct SharedEnds: Sendable {
    static let limit = 64
    /// The longest time after the last end within which another end of the same kind joins it.
    static let joinSeconds = 60.0
    /// The kinds of ends that sessions share. Sessions close and expire one by one.
    static let shared: Set<Ending> = [.vanished, .cleaned, .evicted]

    /// The oldest first.
    private(set) var all: [SharedEnd] = []

    mutating func note(_ ending: Ending, at time: UnixTime) {
        guard Self.shared.contains(ending) else { return }
        let joined = all.lastIndex { end in
            end.ending == ending && time - end.last <= Self.joinSeconds && end.began - time <= Self.joinSeconds
        }
        guard let joined else {
            if all.count == Self.limit { all.removeFirst() }
            all.append(SharedEnd(ending: ending, began: time, last: time, sessions: 1))
            return
        }
        all[joined].began = min(all[joined].began, time)
        all[joined].last = max(all[joined].last, time)
        all[joined].sessions += 1
    }

    /// Notes that a session that ended in this way exists again.
    mutating func noteReturn(_ ending: Ending, endedAt time: UnixTime) {
        guard let place = place(of: ending, endedAt: time) else { return }
        all[place].returned += 1
    }

    func place(of ending: Ending, endedAt time: UnixTime) -> Int? {
        guard Self.shared.contains(ending) else { return nil }
        return all.lastIndex { $0.ending == ending && $0.began <= time && time <= $0.last }
    }
}
