/// The session that a request named: its id, and the ref by which it is shown.
public struct NamedSession: Sendable, Equatable {
    public var id: SessionID
    public var ref: SessionRef

    public init(id: SessionID, ref: SessionRef) {
        self.id = id
        self.ref = ref
    }
}

extension NamedSession: CustomStringConvertible, CustomReflectable {
    /// The id is a credential, so no dump shows it.
    public var description: String { ref.description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
