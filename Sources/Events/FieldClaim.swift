/// A role, and how good a name is for it: where two fields of a line claim one role, the lower rank has it.
struct FieldClaim: Sendable {
    let role: FieldRole
    let rank: Int

    /// Of two fields of one role the one with the lower score has it: the better name, then the one less deep.
    func score(depth: Int, isInList: Bool) -> Int { rank * 100 + depth * 2 + (isInList ? 1 : 0) }
}
