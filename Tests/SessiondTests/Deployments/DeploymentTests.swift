import TestSupport
import Testing

/// The registry on every kind of deployment, watched live. One at a time: each starts several servers.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(20))) enum DeploymentTests {}
