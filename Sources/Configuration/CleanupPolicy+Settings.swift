import Sessions

extension CleanupPolicy {
    public init(_ settings: CleanupSettings) {
        self.init()
        action = settings.mode == .expire ? .expire(seconds: settings.expireTo.inSeconds) : .delete
        graceSeconds = settings.grace.inSeconds
        maxSilenceSeconds = settings.maxSilence.inSeconds
        reasons = Set(settings.reasons.compactMap { OrphanReason(rawValue: $0.rawValue) })
        maxKeysPerSecond = Double(settings.maxKeysPerSecond)
        maxDeadFraction = settings.maxDeadFraction
        settleSeconds = settings.settle.inSeconds
        undo = Undo(settings)
    }
}

extension CleanupPolicy.Undo {
    /// Nil if removed sessions are not kept.
    fileprivate init?(_ settings: CleanupSettings) {
        guard settings.undoFor > .zero else { return nil }
        self.init()
        seconds = settings.undoFor.inSeconds
        maxBytes = settings.undoMaxBytes
    }
}
