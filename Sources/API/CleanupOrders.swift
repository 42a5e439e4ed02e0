// Orders for cleanup and their answers. The daemon chooses what an order leaves nil.

/// `POST /api/v1/cleanup`: an order for a run; by default a dry run.
public struct RunOrder: Codable, Sendable {
    public var dryRun: Bool?
    /// The person who asks.
    public var by: String?

    public init(dryRun: Bool?, by: String?) {
        self.dryRun = dryRun
        self.by = by
    }
}

/// The report of a dry run, with the plan behind it.
public struct DryRunAnswer: Codable, Sendable {
    public var run: RunRow
    public var plan: PlanAnswer

    public init(run: RunRow, plan: PlanAnswer) { (self.run, self.plan) = (run, plan) }

    private enum Member: CodingKey {
        case plan
    }

    public init(from decoder: any Decoder) throws {
        run = try RunRow(from: decoder)
        plan = try decoder.container(keyedBy: Member.self).decode(PlanAnswer.self, forKey: .plan)
    }

    public func encode(to encoder: any Encoder) throws {
        try run.encode(to: encoder)
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(plan, forKey: .plan)
    }
}

/// The name of the ordered run: it is over when `runs` holds it.
public struct RunBegunAnswer: Codable, Sendable {
    public var run: String

    public init(run: String) {
        self.run = run
    }
}

/// `POST /api/v1/cleanup/suspend`: suspends cleanup on all instances.
public struct SuspendOrder: Codable, Sendable {
    public var why: String
    public var by: String?
    /// The duration after which it ends by itself.
    public var `for`: String?
    /// The time at which it ends by itself; it must not have passed.
    public var until: String?

    public init(why: String, by: String?, `for`: String?, until: String?) {
        self.why = why
        self.by = by
        self.for = `for`
        self.until = until
    }
}

/// The suspension, and the one that it replaced.
public struct SuspendAnswer: Codable, Sendable {
    public var suspended: SuspensionAnswer
    public var replaced: SuspensionAnswer?

    public init(suspended: SuspensionAnswer, replaced: SuspensionAnswer?) {
        self.suspended = suspended
        self.replaced = replaced
    }
}

/// `POST /api/v1/cleanup/resume`: lets all instances clean again.
public struct ResumeOrder: Codable, Sendable {
    public var by: String?

    public init(by: String?) {
        self.by = by
    }
}

/// The answer to a resume order: was cleanup suspended?
public struct ResumeAnswer: Codable, Sendable {
    public var wasSuspended: Bool

    public init(wasSuspended: Bool) {
        self.wasSuspended = wasSuspended
    }
}

/// `POST /api/v1/cleanup/attest`: an attestation that an owner that no instance ever saw alive is gone.
public struct AttestOrder: Codable, Sendable {
    /// The name that its sessions use.
    public var node: String
    /// The boot that is gone; nil for the whole node.
    public var boot: String?
    public var why: String
    public var by: String?

    public init(node: String, boot: String?, why: String, by: String?) {
        self.node = node
        self.boot = boot
        self.why = why
        self.by = by
    }
}

/// The attestation: the owner's sessions may be removed once it has been silent for long enough.
public struct AttestAnswer: Codable, Sendable {
    public var node: String
    public var boot: String?
    public var attested: AttestationAnswer

    public init(node: String, boot: String?, attested: AttestationAnswer) {
        self.node = node
        self.boot = boot
        self.attested = attested
    }
}

/// `POST /api/v1/cleanup/undo`: restores what a run removed, or one session.
public struct UndoOrder: Codable, Sendable {
    /// The run whose sessions are restored.
    public var run: String?
    /// Or the one session that is restored.
    public var ref: String?
    public var by: String?

    public init(run: String?, ref: String?, by: String?) {
        self.run = run
        self.ref = ref
        self.by = by
    }
}

/// The outcome of an undo. Cleanup is suspended first, since it would remove the sessions again.
public struct UndoAnswer: Codable, Sendable {
    /// Sessions that are back.
    public var restored: Int
    /// Sessions whose key is there, since somebody registered them anew.
    public var present: Int
    /// Sessions whose deadline has passed.
    public var expired: Int
    /// Sessions that are left for the next order, since one order works for half a second at most.
    public var remaining: Int
    public var suspended: SuspensionAnswer

    public init(restored: Int, present: Int, expired: Int, remaining: Int, suspended: SuspensionAnswer) {
        self.restored = restored
        self.present = present
        self.expired = expired
        self.remaining = remaining
        self.suspended = suspended
    }
}
