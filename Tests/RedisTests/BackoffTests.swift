import Digests
import Lab
import Redis
import Testing

@Suite struct BackoffTests {
    @Test(arguments: [(0.1, 5.0), (1, 1), (0.5, 30), (2, 1)])
    func eachWaitIsInTheUpperHalfOfADoublingSpan(_ first: Double, _ longest: Double) {
        for seed in UInt64(0)..<20 {
            var generator = SplitMix64(seed: seed)
            var backoff = Backoff(firstSeconds: first, longestSeconds: longest)
            var span = first
            for attempt in 0..<100 {
                let wait = backoff.next(using: &generator)
                let most = min(span, longest)
                #expect((most / 2...most).contains(wait), "seed \(seed), attempt \(attempt)")
                span = min(span * 2, longest)
            }
            backoff.reset()
            let most = min(first, longest)
            #expect((most / 2...most).contains(backoff.next(using: &generator)), "after the reset, seed \(seed)")
        }
    }

    @Test func replicasDoNotComeBackTogether() {
        var generator = SplitMix64(seed: 7)
        let waits = (0..<100).map { _ in
            var backoff = Backoff()
            return backoff.next(using: &generator)
        }
        #expect(Set(waits).count > 90)
    }
}
