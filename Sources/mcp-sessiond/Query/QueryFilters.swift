import ArgumentParser

/// The filters that a verb was given, by the names of the API's parameters.
struct QueryFilters {
    private let all: [(name: String, value: String?)]

    init(_ all: [(name: String, value: String?)]) {
        self.all = all
    }

    /// The filters that have a value.
    var query: DaemonClient.Query { all.compactMap { name, value in value.map { (name, $0) } } }

    /// Throws if one is empty: the API treats an empty value as none, and a script with an unset variable would get all.
    func refuseEmpty() throws {
        for (name, value) in all where value == "" { throw ValidationError("--\(name) is empty") }
    }
}
