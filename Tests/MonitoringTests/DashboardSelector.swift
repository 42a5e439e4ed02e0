/// One `name{...}[...]` in a query, and what stands around it.
struct DashboardSelector: Equatable {
    let name: String
    /// Label and the rest of each matcher: `job`, `=~"$job"`.
    let matchers: [String: String]
    /// `$__rate_interval` of `[$__rate_interval]`; empty without one.
    let range: String
    /// The function right around it: `rate`; empty without one.
    let function: String
    /// The aggregation around that: `max by (cluster, job)`, `sum`; empty without one.
    let aggregation: String

    /// Everything of that form in `query`, in its order.
    static func all(in query: String) -> [DashboardSelector] {
        let pattern =
            #/
            (?<around> (?: \w+ (?: \x20 by \x20 \( [\w,\x20]+ \) \x20? )? \( )* )
            (?<name> [a-zA-Z_:][\w:]* ) \{ (?<matchers> (?: [^}"] | "[^"]*" )* ) \} (?: \[ (?<span> [^\]]* ) \] )?
            /#
        return query.matches(of: pattern).map { match in
            var around = calls(in: String(match.around))
            var function = ""
            if let last = around.last, !aggregations.contains(String(last.prefix { $0 != " " })) {
                function = around.removeLast()
            }
            return DashboardSelector(
                name: String(match.name), matchers: matchers(String(match.matchers)),
                range: match.span.map(String.init) ?? "", function: function, aggregation: around.last ?? "")
        }
    }

    private static let aggregations = ["sum", "max", "min", "avg", "count", "group", "topk"]

    /// `sum(max by (job) (rate(` holds three.
    private static func calls(in text: String) -> [String] {
        text.matches(of: #/(\w+(?: by \([\w, ]+\))?) ?\(/#).map { String($0.output.1) }
    }

    private static func matchers(_ text: String) -> [String: String] {
        let found = text.matches(of: #/(\w+)((?:=~|!~|!=|=)"[^"]*")/#)
        return Dictionary(found.map { (String($0.output.1), String($0.output.2)) }) { first, _ in first }
    }
}
