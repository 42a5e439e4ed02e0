import Exposition
import Testing

@testable import Monitoring

/// The rules of Grafana's dashboard-linter for a dashboard as a whole, its variables and its panels, held against the
/// checked-in files.
@Suite struct DashboardLintTests {
    @Test(arguments: DashboardDocument.uids) func dashboardIsFoundAndCannotBeEdited(uid: String) throws {
        let json = try DashboardDocument(uid).json
        #expect(json["uid"]?.string == uid)
        #expect(json["id"]?.isNull == true)
        #expect(json["editable"]?.bool == false)
        #expect(json["schemaVersion"]?.int == 39)
        #expect(json["refresh"]?.string == "30s")
        #expect(json["tags"] == ["mcp-sessiond"])
        #expect(json["time"]?["to"]?.string == "now")
        #expect(json["title"]?.string?.isEmpty == false)
        #expect(json["description"]?.string?.isEmpty == false)
    }

    @Test(arguments: DashboardDocument.uids) func linksKeepTimeAndVariables(uid: String) throws {
        let links = try #require(try DashboardDocument(uid).json["links"]?.array)
        #expect(links.count == 1)
        #expect(links[0]["type"]?.string == "dashboards")
        #expect(links[0]["tags"] == ["mcp-sessiond"])
        #expect(links[0]["keepTime"]?.bool == true)
        #expect(links[0]["includeVars"]?.bool == true)
    }

    @Test(arguments: DashboardDocument.uids) func datasourceIsAVariable(uid: String) throws {
        let document = try DashboardDocument(uid)
        let sources = document.variables.filter { $0["type"]?.string == "datasource" }
        #expect(sources.count == 1)
        #expect(document.variables.first == sources.first)
        #expect(sources.first?["name"]?.string == "datasource")
        #expect(sources.first?["label"]?.string == "Data source")
        #expect(sources.first?["query"]?.string == "prometheus")
        let chosen: JSONValue = ["type": "prometheus", "uid": "${datasource}"]
        for panel in document.panels {
            #expect(panel.json["datasource"] == chosen, "\(panel.title)")
            for target in panel.targets { #expect(target["datasource"] == chosen, "\(panel.title)") }
        }
        for asker in document.annotations + document.variables.dropFirst() { #expect(asker["datasource"] == chosen) }
    }

    /// The label `cluster` may be missing everywhere, `job` and `instance` never are.
    @Test(arguments: DashboardDocument.uids) func clusterJobInstanceAndNodesAreVariables(uid: String) throws {
        let document = try DashboardDocument(uid)
        #expect(
            document.variables.compactMap { $0["name"]?.string } == [
                "datasource", "cluster", "job", "instance", "workload", "node",
            ])
        let expected = [
            ("cluster", "Cluster", ".*"), ("job", "Job", ".+"), ("instance", "Instance", ".+"),
            ("workload", "Workload", ".*"), ("node", "Node", ".*"),
        ]
        for (name, label, all) in expected {
            let variable = try #require(document.variable(name))
            #expect(variable["type"]?.string == "query")
            #expect(variable["label"]?.string == label)
            #expect(variable["multi"]?.bool == true)
            #expect(variable["includeAll"]?.bool == true)
            #expect(variable["allValue"]?.string == all)
            // Asked anew when the range of time changes.
            #expect(variable["refresh"]?.int == 2)
            let query = try #require(variable["query"]?.string)
            let isOfNodes = ["workload", "node"].contains(name)
            let family = isOfNodes ? "mcp_registry_node_up" : "mcp_sessiond_build_info"
            #expect(query.wholeMatch(of: try Regex("label_values\\(\(family)(\\{[^}]*\\})?, \\w+\\)")) != nil)
            #expect(query.hasSuffix(isOfNodes ? ", node_id)" : ", \(name))"))
            #expect(variable["regex"]?.string?.isEmpty == (name != "workload"))
            #expect(variable["definition"]?.string == query)
        }
    }

    @Test(arguments: DashboardDocument.uids) func everyPanelSaysWhatItShows(uid: String) throws {
        let panels = try DashboardDocument(uid).panels
        #expect(Set(panels.map(\.title)).count == panels.count)
        for panel in panels {
            #expect(!panel.title.isEmpty)
            #expect(panel.json["description"]?.string?.hasSuffix(".") == true, "\(panel.title)")
            #expect(!panel.targets.isEmpty, "\(panel.title)")
            #expect(panel.defaults["noValue"]?.string?.isEmpty == false, "\(panel.title)")
        }
    }

    @Test(arguments: DashboardDocument.uids) func everyPanelHasAUnitAndThresholds(uid: String) throws {
        let units = ["none", "short", "s", "bytes", "percentunit", "reqps", "cps"]
        for panel in try DashboardDocument(uid).panels {
            #expect(units.contains(panel.defaults["unit"]?.string ?? "-"), "\(panel.title)")
            let steps = panel.defaults["thresholds"]?["steps"]?.array ?? []
            let bounds = steps.compactMap { $0["value"]?.double }
            #expect(steps.first?["value"]?.isNull == true, "\(panel.title)")
            #expect(bounds.count == steps.count - 1 && bounds == bounds.sorted(), "\(panel.title)")
            for override in panel.json["fieldConfig"]?["overrides"]?.array ?? [] {
                for property in override["properties"]?.array ?? [] where property["id"]?.string == "unit" {
                    #expect(units.contains(property["value"]?.string ?? "-"), "\(panel.title)")
                }
            }
        }
    }

    /// What is counted is never below 0; a difference may be.
    @Test(arguments: DashboardDocument.uids) func axesBeginAtZero(uid: String) throws {
        let differences = ["Clock skew", "Reported less registered"]
        for panel in try DashboardDocument(uid).panels {
            let minimum = panel.defaults["min"]?.double
            #expect(
                differences.contains(panel.title) ? minimum == nil : minimum == 0 || minimum == 1, "\(panel.title)")
        }
    }

    @Test(arguments: DashboardDocument.uids) func panelsFillTheGridWithoutOverlap(uid: String) throws {
        let boxes = try DashboardDocument(uid).boxes
        let ids = boxes.compactMap { $0["id"]?.int }
        #expect(ids == Array(1...boxes.count))
        var taken: Set<[Int]> = []
        for box in boxes {
            let position = try #require(box["gridPos"])
            let (x, y) = (try #require(position["x"]?.int), try #require(position["y"]?.int))
            let (width, height) = (try #require(position["w"]?.int), try #require(position["h"]?.int))
            #expect(x >= 0 && width > 0 && x + width <= 24 && height > 0)
            for column in x..<(x + width) {
                for line in y..<(y + height) {
                    #expect(taken.insert([column, line]).inserted, "\(box["id"] ?? .null)")
                }
            }
        }
        // No hole is left: every line is full.
        let lines = Dictionary(grouping: taken) { $0[1] }
        #expect(lines.values.allSatisfy { $0.count == 24 })
        #expect(lines.keys.sorted() == Array(0..<lines.count))
    }

    @Test(arguments: DashboardDocument.uids) func linkedRunbooksAreThere(uid: String) throws {
        for panel in try DashboardDocument(uid).panels {
            for link in panel.json["links"]?.array ?? [] {
                let url = try #require(link["url"]?.string)
                #expect(url.hasPrefix(Dashboards.standardRunbooks + "/alerts/runbooks/Mcp"), "\(panel.title)")
                let path = url.dropFirst(Dashboards.standardRunbooks.count + 1)
                let page = DashboardDocument.root.appendingPathComponent(String(path))
                #expect((try? page.checkResourceIsReachable()) == true, "\(panel.title): \(path)")
            }
        }
    }

    @Test(arguments: DashboardDocument.uids) func restartsDeathsAndLeasesAreMarked(uid: String) throws {
        let annotations = try DashboardDocument(uid).annotations
        #expect(annotations.compactMap { $0["name"]?.string } == ["Node restarts", "Node deaths", "Lease changes"])
        #expect(annotations.allSatisfy { $0["enable"]?.bool == true && $0["step"]?.string == "60s" })
    }
}
