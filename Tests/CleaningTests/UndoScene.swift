import Lab
import Redis
import Sessions
import TestSupport

@testable import Cleaning
@testable import Sessions
@testable import Watching

extension CleanupScene {
    static func key(_ number: Int) -> String { "mcp:session:\(uuid(number))" }

    /// Sets these sessions up by commands, and removes them in one step.
    func remove(
        _ numbers: ClosedRange<Int>, of owner: SessionOwner = owner, as action: CleanupPolicy.Action = .delete,
        run: String = "run-1", undo: CleanupPolicy.Undo? = .init(), _ store: inout CleanupStore
    ) throws -> RemovalOutcome {
        let candidates = try candidates(numbers.map(uuid), of: owner)
        return try store.remove(batch(candidates, try store.recheck(candidates), action, run: run, undo: undo))
    }

    /// All of them come back in one step.
    func undo(_ selection: UndoSelection, _ store: inout CleanupStore) throws -> UndoReport {
        try store.restore(selection, by: "api:ann") { true }
    }

    /// What the store says that it holds, by part.
    func kept(_ store: inout CleanupStore) throws -> [String: Int] {
        Dictionary(uniqueKeysWithValues: try store.undoParts().map { ($0.name, $0.sessions) })
    }
}

extension CleanupPolicy.Undo {
    init(seconds: Double = 86_400, maxBytes: Int = 64 << 20) {
        self.init()
        (self.seconds, self.maxBytes) = (seconds, maxBytes)
    }
}

extension UndoReport {
    init(restored: Int = 0, present: Int = 0, expired: Int = 0, remaining: Int = 0) {
        self.init()
        (self.restored, self.present, self.expired, self.remaining) = (restored, present, expired, remaining)
    }
}
