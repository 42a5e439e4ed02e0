import Digests
import Foundation
import Lab
import Redis
import Synchronization

/// One thread that does what is due. All that the nodes of a world write comes from here.
final class Timeline: Sendable {
    typealias Action = @Sendable (StoreClient) throws -> Void

    private struct Entry {
        var due: Double
        let every: Double
        let jitter: Double
        let action: Action
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var nextNumber = 0
        var isPaused = false
        var isStopping = false
        var isRunning = false
        var random: SplitMix64
    }

    private static let longestWaitSeconds = 0.02
    private static let retrySeconds = 0.02

    /// Phases count from here.
    let start = monotonicSeconds()
    private let state: Mutex<State>

    init(_ store: Store, seed: UInt64) {
        state = Mutex(State(random: SplitMix64(seed: seed)))
        state.withLock { $0.isRunning = true }
        let thread = Thread { [self] in
            let client = StoreClient(store)
            while let wait = step(client) {
                if wait > 0 { Thread.sleep(forTimeInterval: wait) }
            }
            state.withLock { $0.isRunning = false }
        }
        thread.start()
    }

    /// Does `action` again and again, first at the next moment that is `phase` after a multiple of `every`; at once
    /// without a phase. An action that throws is tried again soon.
    @discardableResult
    func add(every: Double, phase: Double? = nil, jitter: Double = 0, _ action: @escaping Action) -> Int {
        state.withLock { state in
            let now = monotonicSeconds()
            var due = now
            if let phase { due = start + phase + (max(now - start - phase, 0) / every).rounded(.up) * every }
            state.entries[state.nextNumber] = Entry(due: due, every: every, jitter: jitter, action: action)
            state.nextNumber += 1
            return state.nextNumber - 1
        }
    }

    /// The action is not under way, and will not be done again, when this returns.
    func remove(_ number: Int) {
        state.withLock { $0.entries[number] = nil }
    }

    /// Nothing is done between the two.
    func pause() { state.withLock { $0.isPaused = true } }
    func resume() { state.withLock { $0.isPaused = false } }

    func stop() {
        state.withLock { $0.isStopping = true }
        try? waitUntil("a world's nodes to stop") { !state.withLock(\.isRunning) }
    }

    /// Does what is due first, if anything is. Gives how long to wait then, and nil at the end.
    private func step(_ client: StoreClient) -> Double? {
        state.withLock { state in
            guard !state.isStopping else { return nil }
            guard !state.isPaused, let (number, entry) = state.entries.min(by: { $0.value.due < $1.value.due }) else {
                return Self.longestWaitSeconds
            }
            let now = monotonicSeconds()
            guard entry.due <= now else { return min(entry.due - now, Self.longestWaitSeconds) }
            do {
                try entry.action(client)
            } catch {
                return Self.retrySeconds
            }
            state.entries[number]?.due = Self.next(after: entry, &state.random)
            return 0
        }
    }

    private static func next(after entry: Entry, _ random: inout SplitMix64) -> Double {
        let now = monotonicSeconds()
        if entry.jitter == 0 {
            // What was missed is left out, and the phase is kept.
            return entry.due + entry.every * max(1, ((now - entry.due) / entry.every).rounded(.up))
        }
        let step = entry.every * (1 + Double.random(in: -entry.jitter...entry.jitter, using: &random))
        return max(entry.due + step, now)
    }
}
