/// A role, and how good a name is for it: where two fields of a line claim one role, the lower rank has it.
struct FieldClaim: Sendable {
    let role: FieldRole
    let rank: Int
}
