/// The best field of a line for each role.
struct FieldRoles {
    private let fields: [LogField]
    /// For each role the field that has it, and its score; -1 is none.
    private var best: [(field: Int, score: Int)]
    /// Two fields of the same path that disagree on the session: the line means neither.
    private(set) var namesTwoSessions = false

    init(_ fields: [LogField]) {
        self.fields = fields
        best = Array(repeating: (-1, 0), count: FieldRole.allCases.count)
        for index in fields.indices {
            guard let claim = fields[index].claim else { continue }
            consider(index, claim)
        }
    }

    private mutating func consider(_ index: Int, _ claim: FieldClaim) {
        let slot = claim.role.rawValue
        let held = best[slot]
        let field = fields[index]
        // A null or a list is an answer only where no other field has a better one, and only to the session.
        if field.text == nil, claim.role != .session || held.field >= 0 { return }
        let score = claim.rank * 100 + field.depth * 2 + (field.isInList ? 1 : 0)
        guard held.field >= 0 else {
            best[slot] = (index, score)
            return
        }
        let holder = fields[held.field]
        if claim.role == .session, holder.path == field.path, holder.value != field.value, !field.isInList {
            namesTwoSessions = true
        }
        // Of several spans in a list the last is the innermost.
        if score < held.score || score == held.score && field.isInList || holder.text == nil {
            best[slot] = (index, score)
        }
    }

    subscript(role: FieldRole) -> LogField? {
        let index = best[role.rawValue].field
        return index < 0 ? nil : fields[index]
    }

    func text(_ role: FieldRole) -> ArraySlice<UInt8>? {
        let index = best[role.rawValue].field
        guard index >= 0, let text = fields[index].text?.trimmed, !text.isEmpty else { return nil }
        return text
    }
}
