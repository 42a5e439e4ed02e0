// What cleanup is asked for, and what is answered. In an order, what is nil is left to the daemon.

/// `POST /api/v1/cleanup`: a run; a dry run unless told otherwise.
public struct RunOrder: Codable, Sendable {
    public var dryRun: Bool?
    /// Who asks.
    public var by: String?

    public init(dryRun: Bool?, by: String?) {
        self.dryRun = dryRun
        self.by = by
    }
}

/// The report of a dry run, with the plan it rests on.
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

/// The name of a run that was asked for: it is over when `runs` holds it.
public struct RunBegunAnswer: Codable, Sendable {
    public var run: String

    public init(run: String) {
        self.run = run
    }
}

/// `POST /api/v1/cleanup/suspend`: no instance cleans.
public struct SuspendOrder: Codable, Sendable {
    public var why: String
    public var by: String?
    /// When it ends by itself: after so long.
    public var `for`: String?
    /// When it ends by itself: a time that has not passed.
    public var until: String?

    public init(why: String, by: String?, `for`: String?, until: String?) {
        self.why = why
        self.by = by
        self.for = `for`
        self.until = until
    }
}

/// The suspension, and the one that stood there before.
public struct SuspendAnswer: Codable, Sendable {
    public var suspended: SuspensionAnswer
    public var replaced: SuspensionAnswer?

    public init(suspended: SuspensionAnswer, replaced: SuspensionAnswer?) {
        self.suspended = suspended
        self.replaced = replaced
    }
}

/// `POST /api/v1/cleanup/resume`: instances may clean again.
public struct ResumeOrder: Codable, Sendable {
    public var by: String?

    public init(by: String?) {
        self.by = by
    }
}

/// Whether cleanup was suspended.
public struct ResumeAnswer: Codable, Sendable {
    public var wasSuspended: Bool

    public init(wasSuspended: Bool) {
        self.wasSuspended = wasSuspended
    }
}

/// `POST /api/v1/cleanup/attest`: a person says that an owner that no instance ever saw alive is gone.
public struct AttestOrder: Codable, Sendable {
    /// As its sessions name it.
    public var node: String
    /// The boot that is gone; without it all of the node.
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

/// What was said: the owner's sessions may go once nothing was heard of it for long enough.
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
