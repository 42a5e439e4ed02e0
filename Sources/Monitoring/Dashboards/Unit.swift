/// The unit of a number, by Grafana's names.
enum Unit: String, Sendable, CaseIterable {
    case none
    /// Large counts are shortened: `12.3 K`.
    case short
    case seconds = "s"
    case bytes
    case bytesPerSecond = "Bps"
    /// 1 is the whole.
    case share = "percentunit"
    case requestsPerSecond = "reqps"
    /// The rate of anything but requests.
    case perSecond = "cps"
}
