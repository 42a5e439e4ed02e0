import Exposition
import Foundation
import Testing

@testable import Monitoring

/// The rules for queries: those of Grafana's dashboard-linter, and those of docs/metrics.md.
@Suite struct DashboardQueryTests {
    /// Series that are no scraped samples have the labels of the rules that made them.
    private static func isMade(_ name: String) -> Bool { name == "ALERTS" || name.contains(":") }

    @Test func eachSelectorIsFound() {
        let query = #"sum by (a) (max by (cluster, a) (rate(x_total{job=~"$job", a="b"}[5m]))) / y{} > sum(z{c!="d"})"#
        #expect(
            DashboardSelector.all(in: query) == [
                DashboardSelector(
                    name: "x_total", matchers: ["job": #"=~"$job""#, "a": #"="b""#], range: "5m", function: "rate",
                    aggregation: "max by (cluster, a)"),
                DashboardSelector(name: "y", matchers: [:], range: "", function: "", aggregation: ""),
                DashboardSelector(name: "z", matchers: ["c": #"!="d""#], range: "", function: "", aggregation: "sum"),
            ])
    }

    @Test func catalogueIsRead() throws {
        let families = try DashboardCatalogue().families
        #expect(families.count > 60)
        #expect(families["mcp_registry_malformed_keys"] == .init(type: "gauge", labels: ["kind", "reason"]))
        #expect(families["process_open_fds"] == .init(type: "gauge", labels: []))
    }

    /// A name without braces would be a selector that escapes every other rule.
    @Test(arguments: DashboardDocument.uids) func everyNamedMetricIsInTheCatalogue(uid: String) throws {
        let catalogue = try DashboardCatalogue()
        for (name, query) in try DashboardDocument(uid).queries {
            let selectors = DashboardSelector.all(in: query)
            #expect(!selectors.isEmpty, "\(name)")
            // The stateset families have a label of their own name: `name=`.
            let named = query.matches(of: #/\b(?:mcp|process)_\w+(?!\w|[!=])/#)
            #expect(named.count == selectors.count { $0.name.contains("_") && !Self.isMade($0.name) }, "\(name)")
            for selector in selectors where !Self.isMade(selector.name) && selector.name != "up" {
                #expect(catalogue.family(of: selector.name) != nil, "\(name): \(selector.name)")
            }
        }
    }

    @Test(arguments: DashboardDocument.uids) func everySelectorHasTheVariables(uid: String) throws {
        for (name, query) in try DashboardDocument(uid).queries {
            for selector in DashboardSelector.all(in: query) where !Self.isMade(selector.name) {
                #expect(selector.matchers["cluster"] == #"=~"$cluster""#, "\(name)")
                #expect(selector.matchers["job"] == #"=~"$job""#, "\(name)")
                #expect(selector.matchers["instance"] == #"=~"$instance""#, "\(name)")
            }
        }
    }

    @Test(arguments: DashboardDocument.uids) func whatIsCountedByNodeHasTheNodeVariables(uid: String) throws {
        let catalogue = try DashboardCatalogue()
        for (name, query) in try DashboardDocument(uid).queries {
            for selector in DashboardSelector.all(in: query) {
                let isOfNodes = catalogue.family(of: selector.name)?.family.labels.contains("node_id") == true
                #expect((selector.matchers["node_id"] == #"=~"$node""#) == isOfNodes, "\(name): \(selector.name)")
            }
            let both = query.matches(of: /node_id=~"\$node", node_id=~"\$workload/).count
            #expect(both == query.matches(of: /node_id=~"\$node"/).count, "\(name)")
        }
    }

    /// The names of nodes as orchestrators make them, and those of their workloads.
    @Test(arguments: [
        ("mcp-7d9f8b6c5-x2x4z", "mcp"), ("mcp-x2x4z", "mcp"), ("mcp-0", "mcp"), ("mcp-0.mcp.default", "mcp"),
        ("node-3", "node"), ("node3", "node"), ("app_mcp_1", "app_mcp"), ("mcp-api-7d9f8b6c5-x2x4z", "mcp-api"),
        ("mcp", "mcp"), ("mcp:8000", "mcp"),
    ])
    func theWorkloadOfANodeIsTheBeginningOfItsName(node: String, workload: String) throws {
        let offered = try Regex<(Substring, Substring)>("^(.+?)\(Variable.nodeSuffix)$")
        #expect(node.wholeMatch(of: offered)?.output.1 == workload[...])
        let chosen = try Regex("\(workload)\(Variable.nodeSuffix)")
        #expect(node.wholeMatch(of: chosen) != nil)
        #expect("other-\(node)".wholeMatch(of: chosen) == nil)
        #expect("\(workload)-web-7d9f8b6c5-x2x4z".wholeMatch(of: chosen) == nil)
    }

    @Test(arguments: DashboardDocument.uids) func countersAreOnlyLookedAtAsTheyGrow(uid: String) throws {
        let catalogue = try DashboardCatalogue()
        for (name, query) in try DashboardDocument(uid).queries {
            for selector in DashboardSelector.all(in: query) {
                let type = catalogue.family(of: selector.name)?.family.type
                let grows = ["rate", "increase"].contains(selector.function)
                #expect(grows == ["counter", "histogram"].contains(type), "\(name): \(selector.name)")
                #expect(selector.function != "rate" || selector.range == "$__rate_interval", "\(name)")
            }
        }
    }

    /// A sum over all instances would count each session once for each instance.
    @Test(arguments: DashboardDocument.uids) func registryFamiliesAreMaximaFirst(uid: String) throws {
        let catalogue = try DashboardCatalogue()
        /// Which registries, or instances, have a view at all: the kind of key does not matter.
        let presence = ["View age", "Fresh views"]
        for (name, query) in try DashboardDocument(uid).queries {
            for selector in DashboardSelector.all(in: query) where selector.name.hasPrefix("mcp_registry_") {
                let own = try #require(catalogue.family(of: selector.name)).family.labels
                let kept = selector.name.hasSuffix("_bucket") ? own + ["le"] : own
                let expected = "max by (" + (["cluster", "job"] + kept).joined(separator: ", ") + ")"
                #expect(
                    selector.aggregation == expected
                        || presence.contains(name) && selector.aggregation.hasPrefix("max by (cluster, job"),
                    "\(name): \(selector.aggregation)")
            }
        }
    }

    @Test(arguments: DashboardDocument.uids) func whatReplicasCountIsAddedUp(uid: String) throws {
        for (name, query) in try DashboardDocument(uid).queries {
            for selector in DashboardSelector.all(in: query) where !selector.name.hasPrefix("mcp_registry_") {
                guard ["rate", "increase"].contains(selector.function) else { continue }
                #expect(selector.aggregation.prefix(3) == "sum", "\(name): \(selector.aggregation)")
            }
        }
    }

    @Test(arguments: DashboardDocument.uids) func labelsAreThoseOfTheCatalogue(uid: String) throws {
        let catalogue = try DashboardCatalogue()
        for (name, query) in try DashboardDocument(uid).queries {
            var known: Set = ["cluster", "job", "instance", "le"]
            for selector in DashboardSelector.all(in: query) {
                let own = catalogue.family(of: selector.name)?.family.labels ?? ["alertname", "severity", "node_id"]
                known.formUnion(own)
                let matched = Set(selector.matchers.keys).subtracting(["cluster", "job", "instance", "alertstate"])
                #expect(matched.isSubset(of: own), "\(name): \(matched)")
            }
            for list in query.matches(of: #/(?:by|on) \(([\w, ]+)\)/#) {
                let labels = String(list.output.1).split(separator: ", ").map(String.init)
                #expect(known.isSuperset(of: labels), "\(name): \(labels)")
            }
        }
    }

    @Test func legendsShowOnlyLabelsThatAreLeft() {
        let forbidden: Set = ["id", "ref", "session", "session_id", "client", "boot", "incarnation"]
        for query in Dashboards.queries {
            #expect(forbidden.isDisjoint(with: query.labels), "\(query.panel)")
            let lists = query.expression.matches(of: #/by \(([\w, ]+)\)/#).map { String($0.output.1) }
            for label in query.labels {
                #expect(
                    lists.first?.split(separator: ", ").contains(Substring(label)) == true, "\(query.panel): \(label)")
            }
        }
    }

    /// What nobody shows nobody looks at.
    @Test func everyFamilyOfTheCatalogueIsShown() throws {
        /// Virtual memory says nothing of a process that maps more than it uses.
        let unseen: Set = ["process_virtual_memory_bytes"]
        let catalogue = try DashboardCatalogue()
        let shown = Dashboards.queries.flatMap { DashboardSelector.all(in: $0.expression) }
            .compactMap { catalogue.family(of: $0.name)?.name }
        #expect(Set(catalogue.families.keys).subtracting(shown) == unseen)
    }

    @Test func familiesOfTheRegistryHaveTheCataloguesLabels() throws {
        let families = try DashboardCatalogue().families.filter { $0.key.hasPrefix("mcp_registry_") }
        #expect(Set(families.keys) == Set(RegistryFamily.allCases.map(\.rawValue)))
        for family in RegistryFamily.allCases {
            #expect(families[family.rawValue]?.labels == family.labels.filter { $0 != "le" }, "\(family)")
        }
    }

    @Test func prometheusTakesEveryQuery() throws {
        let queries = Dashboards.queries
        #expect(queries.allSatisfy { !$0.expression.contains("$") })
        let rules = queries.enumerated().map { index, query -> JSONValue in
            ["record": .string("query:\(index)"), "expr": .string(query.expression)]
        }
        // JSON is YAML too.
        let document: JSONValue = ["groups": [["name": "queries", "rules": .array(rules)]]]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("queries-\(UUID()).yaml")
        try document.pretty.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }

        let promtool = Process()
        let output = Pipe()
        promtool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        promtool.arguments = ["promtool", "check", "rules", file.path]
        promtool.standardOutput = output
        promtool.standardError = output
        try promtool.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        promtool.waitUntilExit()
        #expect(promtool.terminationStatus != 127, "promtool is missing: it comes with the package prometheus")
        #expect(said.contains("SUCCESS: \(queries.count) rules found"), "\(said)")
    }
}
