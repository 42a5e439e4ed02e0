/// The best field of a line for each role.
struct FieldRoles: RoleFields {
    private let fields: [LogField]
    /// The field of each role and its score; -1 if there is none.
    private var best: [(field: Int, score: Int)]
    private(set) var namesTwoSessions = false
    private(set) var message: ArraySlice<UInt8> = []

    /// Assigns the roles. `message` is the text between the fields, for a line that is not an object.
    init(_ fields: [LogField], message: ArraySlice<UInt8>? = nil) {
        self.fields = fields
        best = Array(repeating: (-1, 0), count: FieldRole.allCases.count)
        for index in fields.indices {
            guard let claim = fields[index].claim else { continue }
            consider(index, claim)
        }
        self.message = (message ?? text(.message) ?? text(.event) ?? []).cleaned
    }

    private mutating func consider(_ index: Int, _ claim: FieldClaim) {
        let slot = claim.role.rawValue
        let held = best[slot]
        let field = fields[index]
        // A null or a list counts only for some roles, and only if no other field has the role.
        if field.text == nil, !claim.role.takesNull || held.field >= 0 { return }
        let score = claim.score(depth: field.depth, isInList: field.isInList)
        guard held.field >= 0 else {
            best[slot] = (index, score)
            return
        }
        let holder = fields[held.field]
        if claim.role == .session, holder.path == field.path, holder.value != field.value, !field.isInList {
            namesTwoSessions = true
        }
        // Of several spans in a list, the last is the innermost.
        if score < held.score || score == held.score && field.isInList || holder.text == nil {
            best[slot] = (index, score)
        }
    }

    /// The best field for a role.
    func field(_ role: FieldRole) -> LogField? {
        let index = best[role.rawValue].field
        return index < 0 ? nil : fields[index]
    }

    subscript(role: FieldRole) -> RoleField<ArraySlice<UInt8>>? {
        guard let field = field(role) else { return nil }
        let value: RoleField<ArraySlice<UInt8>>.Value =
            switch field.value {
            case .string(let text): .string(text)
            case .number(let text): .number(text)
            case .null: .null
            case .bool, .list, .opaque: .other
            }
        return RoleField(value: value, mark: field.mark)
    }
}
