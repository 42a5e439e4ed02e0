import TestSupport
import Testing

/// Accidents in the life of a cluster after which the evidence against living nodes seems good: real daemons on a real
/// Redis, and not one live session may go. `ACCIDENT_ROUNDS` says how often each is played (`scripts/prove-accidents`),
/// `ACCIDENT_SEED` with which luck, and `ACCIDENT_ONLY` which by a part of their names.
@Suite(.ownThreads) struct CleanupAccidentCommandTests {
    @Test func `nodes that only a daemon with another pattern sees keep their sessions`() {
        AccidentStage.play("1 other pattern", OtherPatternAccidents.accidents)
    }

    @Test func `old evidence in an old dump counts no more`() {
        AccidentStage.play("2 old dump", OldDumpAccidents.accidents)
    }

    @Test func `a wall clock that steps makes nobody gone for longer`() {
        AccidentStage.play("3 clock step", ClockAccidents.accidents)
    }

    @Test func `without boots no time proves a restart`() {
        AccidentStage.play("4 no boots", BootlessAccidents.accidents)
    }

    @Test func `one boot written in two ways is one boot`() {
        AccidentStage.play("5 boots as text", BootTextAccidents.accidents)
    }

    @Test func `two living processes under one name keep their sessions`() {
        AccidentStage.play("6 shared name", SharedNameAccidents.accidents)
    }

    @Test func `a heartbeat whose time stands still is a heartbeat`() {
        AccidentStage.play("7 frozen heartbeat", FrozenHeartbeatAccidents.accidents)
    }

    @Test func `a node that beats seldom is not gone in between`() {
        AccidentStage.play("8 slow heartbeat", SlowHeartbeatAccidents.accidents)
    }

    @Test func `an owner that goes on without a heartbeat keeps its sessions`() {
        AccidentStage.play("9 ended heartbeat", EndedHeartbeatAccidents.accidents)
    }

    @Test func `a session that is renewed before its removal stays`() {
        AccidentStage.play("10 renewals", RenewalAccidents.accidents)
    }

    @Test func `an owner that was never seen goes only once it is attested and silent`() {
        AccidentStage.play("11 attested", AttestedAccidents.accidents)
    }
}
