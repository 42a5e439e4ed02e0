import ArgumentParser

/// `mcp-sessiond completions bash|zsh|fish`: the completion script of a shell.
struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a script that completes verbs and flags in a shell.",
        discussion: """
            bash: mcp-sessiond completions bash > /etc/bash_completion.d/mcp-sessiond
            zsh:  mcp-sessiond completions zsh > /usr/local/share/zsh/site-functions/_mcp-sessiond
            fish: mcp-sessiond completions fish > ~/.config/fish/completions/mcp-sessiond.fish
            """)

    /// A shell that we know.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var completionShell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    func run() {
        print(MCPSessiond.completionScript(for: shell.completionShell))
    }
}
