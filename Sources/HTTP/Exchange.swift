/// One request on its way through the library: made at the request line, freed when the answer is sent or the
/// connection ends. Only the daemon's thread touches it.
final class Exchange {
    let target: String
    /// Whether the header was seen: the first call for a request brings it, and no body.
    var isBegun = false
    var request: HTTPRequest?
    var body: BodyIntake?

    init(target: String) { self.target = target }
}
