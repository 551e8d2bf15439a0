package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/// Where the host reaches the agent of a guest.
public sealed interface AgentEndpoint {
    /// A unix stream socket whose bytes are those of a serial port in the guest. One connection at
    /// a time; bytes of a former connection may still be under way in it.
    ///
    /// @param socket the socket's path
    record SerialPort(Path socket) implements AgentEndpoint {
        public SerialPort {
            requireNonNull(socket, "socket is null");
        }
    }

    /// A unix stream socket in front of the guest's vsock: after `CONNECT port\n` and the answer
    /// `OK ...\n` the bytes are those of a fresh connection (source: Firecracker and Cloud
    /// Hypervisor, "hybrid vsock").
    ///
    /// @param socket the socket's path
    /// @param port the vsock port in the guest
    record HybridVsock(Path socket, int port) implements AgentEndpoint {
        public HybridVsock {
            requireNonNull(socket, "socket is null");
        }
    }

    /// A unix stream socket, each connection of which is a fresh connection to the agent.
    ///
    /// @param socket the socket's path
    record UnixSocket(Path socket) implements AgentEndpoint {
        public UnixSocket {
            requireNonNull(socket, "socket is null");
        }
    }
}
