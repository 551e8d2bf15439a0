package io.sunaba.agent;

import static java.util.Objects.requireNonNull;

/// What an agent tells about itself.
///
/// @param agentVersion the agent's version
/// @param protocolVersion the version of the protocol it speaks
/// @param buildHash the hash of the guest image that it is part of, or empty if it does not tell
public record GuestDetails(String agentVersion, String protocolVersion, String buildHash) {
    public GuestDetails {
        requireNonNull(agentVersion, "agentVersion is null");
        requireNonNull(protocolVersion, "protocolVersion is null");
        requireNonNull(buildHash, "buildHash is null");
    }
}
