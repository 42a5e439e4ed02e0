import Testing

@testable import Sessions

@Suite struct CleanupLeaseTests {
    @Test func itIsReliedOnForLessLongThanTheServerKeepsIt() {
        var lease = CleanupLease(holder: "x")
        #expect(lease.epoch(at: 0) == nil)
        #expect(lease.isDue(at: 0))
        #expect(lease.take(.held(epoch: 7), askedAt: 100) == .acquired)
        #expect(lease.epoch(at: 109.9) == 7)
        #expect(lease.epoch(at: 110) == nil)
        #expect(!lease.isDue(at: 104.9))
        #expect(lease.isDue(at: 105))
        #expect(lease.take(.held(epoch: 7), askedAt: 105) == nil)
        #expect(lease.epoch(at: 114.9) == 7)
    }

    @Test func anotherEpochIsAnotherLease() {
        var lease = CleanupLease(holder: "x")
        _ = lease.take(.held(epoch: 7), askedAt: 0)
        #expect(lease.take(.held(epoch: 9), askedAt: 60) == .acquired)
        #expect(lease.epoch(at: 60) == 9)
    }

    /// After a flush epochs begin anew: another may have had it meanwhile.
    @Test func theSameEpochAfterALongTimeIsAnotherLease() {
        var lease = CleanupLease(holder: "x")
        _ = lease.take(.held(epoch: 2), askedAt: 0)
        #expect(lease.take(.held(epoch: 2), askedAt: 9.9) == nil)
        #expect(lease.take(.held(epoch: 2), askedAt: 20) == .acquired)
        #expect(lease.epoch(at: 20) == 2)
    }

    @Test func itIsLostToAnother() {
        var lease = CleanupLease(holder: "x")
        #expect(lease.take(.heldBy("y", epoch: 3, secondsLeft: 4), askedAt: 0) == nil)
        _ = lease.take(.held(epoch: 4), askedAt: 5)
        #expect(lease.take(.heldBy("y", epoch: 5, secondsLeft: 15), askedAt: 30) == .lost)
        #expect(lease.epoch(at: 30) == nil)
    }
}
