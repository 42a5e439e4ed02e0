/// The reason why a node is gone and not dead: nobody needs to look for it.
public enum Departure: String, Sendable, CaseIterable {
    /// It announced its end: it was draining, or removed its heartbeat before that expired.
    case goodbye
    /// Another node of its workload came in its place.
    case replaced
    /// It was silent for `nodes.gone_after`, and no session names it.
    case forgotten
}
