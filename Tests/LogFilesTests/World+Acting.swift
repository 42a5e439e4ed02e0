@testable import LogFiles

extension World {
    /// Acts at random, then lets everything be read, and tells what is wrong.
    mutating func run(actions: Int, kills mayKill: Bool) throws -> [String] {
        for index in sources.indices { try create(index) }
        for _ in 0..<actions {
            late.removeAll { $0.until < following.now }
            try act(mayKill: mayKill)
        }
        if !following.isRunning { try start() }
        for index in sources.indices { try endPending(index) }
        late = []
        following.taker.room = nil
        settle()
        return mistakes(mayKill: mayKill)
    }

    /// Has everything read, and what is over closed.
    private mutating func settle() {
        var calm = 0
        for _ in 0..<5_000 where calm < 12 {
            calm = following.round(after: calm > 0 ? 1 : 0.1).isCaughtUp ? calm + 1 : 0
        }
    }

    private mutating func act(mayKill: Bool) throws {
        let index = Int.random(in: 0..<sources.count, using: &random)
        switch Int.random(in: 0..<24, using: &random) {
        case 0...6:
            if let writer = sources[index].writer {
                try write(writer, sources[index].generation)
            } else {
                try create(index)
            }
        case 7, 8:
            if !late.isEmpty {
                let writer = random.pick(late)
                try write(writer.writer, writer.generation)
            }
        case 9...14: follow()
        case 15, 16: try rotate(index)
        case 17: try truncate(index)
        case 18: try random.oneIn(2) ? remove(index) : removeRotated()
        case 19: try commit()
        case 20, 21: try restart(mayKill: mayKill)
        default: follow()
        }
    }

    private mutating func follow() {
        guard following.isRunning else { return }
        following.taker.room = random.oneIn(4) ? Int.random(in: 0...6, using: &random) : nil
        following.round(after: random.pick([0.01, 0.3, 1, 2]))
        note("round at \(following.now)")
    }

    private mutating func commit() throws {
        guard following.isRunning else { return }
        if let taken {
            try following.commit(taken.positions)
            committedGenerations = taken.generations
            self.taken = nil
            note("commit taken")
        } else if random.oneIn(2) {
            taken = (following.positions, generations.count)
            note("take positions")
        } else {
            try following.commit()
            committedGenerations = generations.count
            note("commit")
        }
    }

    private mutating func restart(mayKill: Bool) throws {
        guard following.isRunning else { return try start() }
        taken = nil
        if mayKill, random.oneIn(2) {
            following.kill()
            kills += 1
            note("kill")
        } else {
            try following.stop()
            committedGenerations = generations.count
            note("stop")
        }
        if random.oneIn(2) { try start() }
    }

    private mutating func start() throws {
        try following.start()
        try loseUnlessKept()
        // Looks for files before anything else happens.
        following.taker.room = random.oneIn(2) ? 0 : nil
        following.round(after: 0.01)
        note("start")
    }

    // MARK: - What must have come of it

    private mutating func mistakes(mayKill: Bool) -> [String] {
        var counts: [String: Int] = [:]
        for text in following.taker.texts { counts[text, default: 0] += 1 }
        var mistakes: [String] = []
        for (text, line) in lines.sorted(by: { $0.key < $1.key }) {
            let count = counts.removeValue(forKey: text) ?? 0
            let mayMiss = line.isCut || generations[line.generation].isOutOfReach
            if count == 0, !mayMiss { mistakes.append("lost '\(text)' of \(line.generation)") }
            if count > 1 + kills { mistakes.append("\(count) times '\(text)' of \(line.generation)") }
        }
        // Besides lines there may be only what was left without an end in a file that is over.
        let last = Set(following.taker.lines.filter(\.isLast).map(\.text))
        for (text, count) in counts where !last.contains(text) || count > 1 + kills {
            mistakes.append("never written: '\(text)'")
        }
        let names = generations.count { $0.name != nil }
        if following.inodes.count > names { mistakes.append("\(following.inodes.count) open, \(names) there") }
        return mistakes
    }
}
