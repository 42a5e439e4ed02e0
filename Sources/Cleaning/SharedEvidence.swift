import Sessions

/// The evidence in Redis that instances with our fingerprint keep.
public struct SharedEvidence: Sendable, Equatable {
    /// One instance's report, with the number of times it has been written.
    struct Report: Sendable, Equatable {
        var count: Int
        var silence: SilenceReport
    }

    var known: [KnownOwner] = []
    /// By the name of the instance.
    var reports: [String: Report] = [:]
    /// Evidence that is unreadable or was written for something else, by key and reason.
    var void: [VoidEvidence] = []
    /// The fields of `known` with such records; they are left as they are.
    var voidFields: Set<[UInt8]> = []
}
